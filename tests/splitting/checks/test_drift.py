import numpy as np
import pandas as pd
import pytest
from scipy import stats

from retrace.splitting.checks.drift import compare_parts, difference


@pytest.fixture
def make_parts():
    def make(n=400, **changed):
        generator = np.random.default_rng(0)
        parts = {
            part: pd.DataFrame(
                {
                    "number": generator.normal(size=n),
                    "colour": pd.Series(generator.choice(["red", "blue", "green"], n), dtype=object),
                    "flag": generator.integers(0, 2, n),
                }
            )
            for part in ("train", "validation", "test")
        }
        for name, change in changed.items():
            parts["test"][name] = change(parts["test"][name])
        return parts

    return make


def test_parts_of_one_distribution_give_no_warning(make_parts):
    found = compare_parts(make_parts())
    assert found.warnings == ()
    assert "3 columns, the target included, of 400 train, 400 validation, 400" in found.checked[0]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("number", lambda column: column + 0.7),
        ("number", lambda column: column * 3),
        ("number", lambda column: column.where(np.arange(400) % 3 > 0)),
        ("colour", lambda column: column.replace("red", "violet")),
        ("colour", lambda column: column.where(np.arange(400) % 3 > 0)),
        ("flag", lambda column: column.where(np.arange(400) % 2 > 0, 1)),
    ],
    ids=["shifted", "spread", "gaps", "new category", "gaps in text", "more often"],
)
def test_a_part_that_differs_is_named_with_its_column(make_parts, name, change):
    [warning] = compare_parts(make_parts(**{name: change})).warnings
    assert warning.startswith(f"The test part differs from the training part in {name} (0.")


def test_a_small_difference_is_no_warning_however_many_rows_prove_it(make_parts):
    assert compare_parts(make_parts(n=50_000, number=lambda column: column + 0.1)).warnings == ()


def test_many_columns_are_named_by_the_largest_first(make_parts):
    parts = make_parts(number=lambda column: column + 9, flag=lambda column: column * 0)
    [warning] = compare_parts(parts).warnings
    assert "in number (1.00), flag (0.4" in warning


def test_the_statistic_of_numbers_is_that_of_kolmogorov_and_smirnov(make_parts):
    parts = make_parts(number=lambda column: column + 0.2)
    effect, p_value = difference(parts["train"]["number"], parts["test"]["number"])
    expected = stats.ks_2samp(parts["train"]["number"], parts["test"]["number"], method="asymp")
    assert (effect, p_value) == (pytest.approx(expected.statistic), pytest.approx(expected.pvalue))


def test_rare_categories_count_as_one():
    names = pd.Series([f"person {i}" for i in range(400)], dtype=object)
    assert difference(names[:200], names[200:]) == (0.0, 1.0)


def test_a_column_of_one_value_does_not_differ():
    assert difference(pd.Series([1.0] * 30), pd.Series([1.0] * 20)) == (0.0, 1.0)
