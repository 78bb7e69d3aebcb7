import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_iris, load_wine

from retrace.splitting.checks.leakage import duplicates_across, find_leaks


@pytest.fixture
def generator():
    return np.random.default_rng(0)


@pytest.fixture
def y(generator):
    return generator.integers(0, 4, 400)


def is_a_leak(column, y, task="classification"):
    columns = pd.DataFrame({"honest": np.random.default_rng(1).normal(size=len(y)), "suspect": column})
    warnings = find_leaks(columns, y, task).warnings
    assert not any("honest" in warning for warning in warnings)
    return any("suspect (" in warning for warning in warnings)


@pytest.mark.parametrize(
    "disguise",
    [
        lambda y: y,
        lambda y: np.array([7, 3, 9, 1])[y],
        lambda y: np.array([2.0**60, -5.0, np.nan, 2.0**61])[y],
        lambda y: pd.Series(np.array(list("dbca"))[y]).astype(object),
        lambda y: y + np.random.default_rng(0).uniform(-0.4, 0.4, len(y)),
        lambda y: np.where(np.arange(len(y)) % 200 == 0, 0, y),
    ],
    ids=["itself", "other codes", "extreme values and gaps", "text", "blurred", "nearly"],
)
def test_the_target_in_disguise_is_found(y, disguise):
    assert is_a_leak(disguise(y), y)


def test_a_gap_that_gives_a_rare_class_away_is_found(generator):
    y = (np.arange(2_000) % 100 == 0).astype(np.int64)
    assert is_a_leak(np.where(y == 1, generator.normal(size=2_000), np.nan), y)


@pytest.mark.parametrize("value", [np.nan, 5.0])
def test_a_column_without_any_difference_says_nothing(y, value):
    assert not is_a_leak(np.full(len(y), value), y)


def test_unique_text_is_no_leak(y):
    assert not is_a_leak(pd.Series([f"row {i}" for i in range(len(y))], dtype=object), y)


def test_a_number_of_the_row_is_a_leak_only_where_the_file_is_sorted_by_the_target(y):
    assert not is_a_leak(np.arange(len(y)), y)
    assert is_a_leak(np.arange(len(y)), np.sort(y))


@pytest.mark.parametrize("load", [load_wine, load_iris, load_breast_cancer])
def test_good_columns_of_real_tables_are_no_leaks(load):
    bunch = load(as_frame=True)
    assert find_leaks(bunch.data, bunch.target.to_numpy(np.int64), "classification").warnings == ()


@pytest.mark.parametrize(
    "disguise",
    [
        lambda y: 3 * y + 1,
        lambda y: -np.exp(y),
        lambda y: np.where(np.arange(len(y)) % 3 == 0, np.nan, y),
    ],
    ids=["scaled", "bent", "with gaps"],
)
def test_a_number_in_disguise_is_found(generator, disguise):
    y = generator.normal(size=2_000)
    assert is_a_leak(disguise(y), y, "regression")


def test_a_number_told_by_text_is_found(generator):
    y = generator.integers(0, 9, 400).astype(np.float64)
    assert is_a_leak(pd.Series([f"about {value}" for value in y], dtype=object), y, "regression")


def test_a_correlated_number_is_no_leak(generator):
    y = generator.normal(size=400)
    assert not is_a_leak(y + generator.normal(scale=0.3, size=400), y, "regression")


def test_what_was_checked_names_the_best_column(y, generator):
    noise, other = generator.normal(size=(2, 400))
    columns = pd.DataFrame({"noise": noise, "signal": y + other})
    [checked] = find_leaks(columns, y, "classification").checked
    assert "of 2 tried alone on 400 training rows the best is signal (balanced accuracy 0." in checked


def test_too_few_rows_are_not_judged():
    found = find_leaks(pd.DataFrame({"x": [0, 1] * 5}), np.array([0, 1] * 5), "classification")
    assert found.warnings == ()
    assert "fewer than 20 rows" in found.checked[0]


PARTS = {"train": np.arange(60), "validation": np.arange(60, 80), "test": np.arange(80, 100)}


def test_rows_that_training_has_seen_are_counted_and_the_first_is_named(make_dataset):
    row_hash = np.arange(100, dtype=np.uint64)
    row_hash[[85, 90]] = row_hash[[3, 4]]
    found = duplicates_across(make_dataset(row_hash=row_hash, ids=np.arange(100) + 1000), PARTS)
    assert len(found.warnings) == 1
    assert "2 of 20 test rows are exact duplicates of train rows (first: id 1085)" in found.warnings[0]


def test_every_pair_of_parts_is_compared(make_dataset):
    row_hash = np.arange(100, dtype=np.uint64)
    row_hash[[70, 85]] = 5
    found = duplicates_across(make_dataset(row_hash=row_hash), PARTS)
    assert [warning.split(" rows")[0] for warning in found.warnings] == [
        "1 of 20 test",
        "1 of 20 validation",
        "1 of 20 test",
    ]


def test_duplicates_inside_a_part_are_no_warning(make_dataset):
    row_hash = np.arange(100, dtype=np.uint64)
    row_hash[:10] = 7
    found = duplicates_across(make_dataset(row_hash=row_hash), PARTS)
    assert found.warnings == ()
    told = (
        "Exact duplicates across the parts: 0 of all 100 rows; 9 rows are copies of others, one occurs"
    )
    assert found.checked == (f"{told} 10 times.",)


def test_samples_of_their_own_that_are_equal_are_counted_without_a_warning(make_dataset):
    found = duplicates_across(make_dataset(row_hash=np.zeros(100, np.uint64), duplicates="keep"), PARTS)
    assert found.warnings == ()
    assert (
        "Exact duplicates across the parts: 60 of all 100 rows; 99 rows are copies" in found.checked[0]
    )


def test_a_column_that_is_perfect_for_one_of_three_classes_is_a_leak():
    generator = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], 100)
    column = np.where(y == 2, 1.0, 0.0) + generator.normal(0, 0.01, 300)
    found = find_leaks(pd.DataFrame({"known_later": column}), y, "classification")
    assert found.warnings[0].startswith("known_later (1.000) alone predicts the target")


def walks(n, n_walks=4):
    for seed in range(n_walks):
        yield np.random.default_rng(seed).normal(size=n).cumsum()


@pytest.mark.parametrize("n", [200, 1000, 5000])
def test_the_time_and_what_was_before_are_no_leaks_of_a_random_walk(n):
    time = np.arange(n) * 1.0
    clocks = {"time": time, "its logarithm": np.log1p(time), "decade": time // 10}
    for y in walks(n):
        columns = pd.DataFrame(clocks | {"yesterday": np.roll(y, 1)})
        assert find_leaks(columns, y, "regression", time).warnings == ()
        half = (y > np.median(y)).astype(np.int64)
        assert find_leaks(columns[["time"]], half, "classification", time).warnings == ()


@pytest.mark.parametrize(
    "disguise",
    [
        lambda y: 3 * y + 1,
        lambda y: -np.exp(y / 5),
        lambda y: np.where(np.arange(len(y)) % 3 == 0, np.nan, y),
    ],
    ids=["scaled", "bent", "with gaps"],
)
def test_a_random_walk_in_disguise_is_found(disguise):
    for y in walks(500):
        told = find_leaks(pd.DataFrame({"later": disguise(y)}), y, "regression", np.arange(500))
        assert told.warnings[0].startswith("later (")


def test_what_only_the_course_of_time_tells_is_named():
    y, time = next(walks(5000)), np.arange(5000)
    [checked] = find_leaks(pd.DataFrame({"day": time * 1.0}), y, "regression", time).checked
    assert "not of day, told by the course of time and not from row to row" in checked


def test_the_warning_of_what_rises_with_the_file_asks_whether_it_is_a_time():
    y = next(walks(5000))
    [warning] = find_leaks(pd.DataFrame({"day": np.arange(5000.0)}), y, "regression").warnings
    assert warning.endswith("what rises from row to row, as day does, under `time` if it is one")
