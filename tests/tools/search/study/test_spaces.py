import pytest

from retrace.tools.search.study.spaces import Space
from searches import FLAT, SMALL, choice, numbers


class FirstChoice:
    """A trial that takes the first of each choice and the lower end of each range."""

    def suggest_categorical(self, name, choices):
        return choices[0]

    def suggest_float(self, name, low, high, **_):
        return low

    suggest_int = suggest_float


def test_a_parameter_exists_only_beside_its_condition():
    values = {"models.svm.C": 1.0, "models.svm.kernel": "linear", "models.svm.gamma": 0.1}
    beside_linear = {"models.svm.C": 1.0, "models.svm.kernel": "linear"}
    assert FLAT.choose(lambda each: values[each.name]) == beside_linear
    assert "models.svm.gamma" in FLAT.choose(lambda each: each.suggest(FirstChoice()))


def test_values_outside_the_space_are_left_out():
    values = {"models.svm.C": 1e6, "models.svm.kernel": "rbf", "models.svm.gamma": "scale"}
    assert FLAT.inside(values) == {"models.svm.kernel": "rbf"}


def test_lists_pass_as_text_and_come_back_as_lists():
    hidden = choice("models.mlp.hidden", [64], [128, 64])
    assert Space((hidden,)).inside({"models.mlp.hidden": [128, 64]}) == {
        "models.mlp.hidden": "[128, 64]"
    }
    assert hidden.value("[128, 64]") == [128, 64]


def test_numbers_have_few_digits_and_stay_within_bounds():
    rate = numbers("rate", 0.00012354, 0.1, log=True)
    assert rate.value(0.0123456789) == 0.01235
    assert rate.value(0.00012354) == 0.00012354


@pytest.mark.parametrize(
    ("parameter", "count"),
    [
        (numbers("n", 50, 400, step=50), 8),
        (numbers("n", 1, 20, log=True), 20),
        (numbers("n", 0.0, 0.3, step=0.1), 4),
        (numbers("n", 0.1, 1.0, log=True), None),
    ],
)
def test_values_are_counted(parameter, count):
    assert parameter.count == count
    if count:
        values = parameter.values(count)
        assert len(set(values)) == count
        assert all(map(parameter.contains, values))


def test_settings_of_a_finite_space_are_all_there():
    assert len(SMALL.all_settings()) == 6
    assert FLAT.all_settings() is None
    assert len(list(FLAT.settings(3))) == 3 * (3 + 1)


def test_true_is_not_one():
    flag = choice("f", True, False)
    assert not flag.contains(1)
