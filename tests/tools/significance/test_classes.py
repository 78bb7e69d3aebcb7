import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from paired_models import paired_models
from retrace.core.errors import ComparisonError
from retrace.core.records import Predictions
from retrace.tools.significance import compare_classes, holm
from retrace.tools.significance.mcnemar import mcnemar_p_value


@pytest.fixture
def models():
    """Class 0 gains 9 rows, class 1 gains 5, class 2 loses 1, class 3 has no row."""
    y = np.arange(180) % 3
    base, other = y.copy(), y.copy()
    base[y == 0] = np.where(np.arange(60) < 9, 1, 0)
    base[y == 1] = np.where(np.arange(60) < 5, 2, 1)
    other[y == 2] = np.where(np.arange(60) < 1, 0, 2)
    return [Predictions(y=y, predicted=p, probabilities=np.eye(4)[p]) for p in (base, other)]


def test_each_class_counts_its_gains_and_losses(models):
    found = compare_classes(*models, "abcd")
    assert [(one.name, one.support, one.gained, one.lost) for one in found] == [
        ("a", 60, 9, 0),
        ("b", 60, 5, 0),
        ("c", 60, 0, 1),
        ("d", 0, 0, 0),
    ]
    assert found[0].base == pytest.approx(51 / 60)
    assert [one.p_value for one in found[:3]] == [mcnemar_p_value(n, 0) for n in (9, 5, 1)]


def test_a_class_is_judged_after_the_correction_over_the_classes_that_have_rows(models):
    found = compare_classes(*models, "abcd")
    assert [one.verdict for one in found[:3]] == ["better", *["no significant difference"] * 2]
    assert found[1].p_value < 0.05 < found[1].adjusted
    assert found[1].adjusted == pytest.approx(2 * found[1].p_value)


def test_a_class_without_rows_cannot_be_told(models):
    last = compare_classes(*models, "abcd")[-1]
    assert (last.verdict, last.reason) == ("cannot tell", "the tested rows have none of this class")


def test_groups_of_one_row_give_about_mcnemars_p_values(models):
    grouped = compare_classes(*models, "abcd", groups=np.arange(180))
    for one, other in zip(grouped[:3], compare_classes(*models, "abcd")[:3], strict=True):
        assert one.p_value == pytest.approx(other.p_value, abs=0.01)


def test_a_class_in_few_groups_cannot_be_told(models):
    found = compare_classes(*models, "abcd", groups=np.arange(180) // 10)
    assert {one.verdict for one in found} == {"cannot tell"}
    assert found[0].reason.startswith("18 groups are too few")


def test_other_rows_are_refused():
    with pytest.raises(ComparisonError, match="different rows"):
        compare_classes(paired_models()[0], paired_models(n=119)[0], "abc")


@pytest.mark.parametrize("seed", range(5))
def test_holm_is_that_of_statsmodels(seed):
    p_values = np.random.default_rng(seed).random(12) ** 3
    expected = multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(expected, rel=1e-12)


def test_equal_p_values_stay_equal():
    assert holm([0.02, 0.02, 0.02]).tolist() == pytest.approx([0.06] * 3)


def test_what_could_not_be_tested_is_no_test():
    assert holm([]).shape == (0,)
    np.testing.assert_array_equal(holm([np.nan, 0.02, np.nan, 0.01]), [np.nan, 0.02, np.nan, 0.02])
