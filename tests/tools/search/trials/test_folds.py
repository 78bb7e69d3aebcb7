import dataclasses

import numpy as np
import pytest

from retrace.core.errors import DataError
from retrace.tools.search.trials.folds import fold_rows, fresh_seeds, fresh_splits, join


@pytest.fixture
def split(params):
    return params.split


def parts_of(dataset, split, folds=5):
    return list(fold_rows(dataset, folds, split))


def test_each_row_is_held_out_once(make_dataset, split):
    dataset = make_dataset(n=53, n_classes=3)
    held_out = np.concatenate([held for _, held in parts_of(dataset, split)])
    assert sorted(held_out) == list(range(53))
    for training, held in parts_of(dataset, split):
        assert not set(training) & set(held)


def test_groups_and_duplicates_stay_together(make_dataset, split):
    groups = np.repeat(np.arange(20), 3)
    hashes = np.arange(60, dtype=np.uint64)
    hashes[[0, 30]] = 99  # ties two groups
    dataset = make_dataset(n=60, groups=groups, row_hash=hashes)
    for training, held in parts_of(dataset, split, folds=4):
        assert not set(groups[training]) & set(groups[held])
        assert not set(hashes[training]) & set(hashes[held])


def test_by_time_what_judges_is_newer(make_dataset, split):
    times = np.random.default_rng(0).permutation(60)
    dataset = make_dataset(n=60, times=times)
    found = parts_of(dataset, dataclasses.replace(split, method="time"), folds=4)
    assert len(found) == 4
    for training, held in found:
        assert times[training].max() < times[held].min()


def test_numbers_are_folded_too(make_dataset, split):
    dataset = make_dataset(n=40, task="regression", y=np.arange(40.0), classes=())
    assert [len(held) for _, held in parts_of(dataset, split)] == [8] * 5


def test_too_many_folds_are_one_line(make_dataset, split):
    with pytest.raises(DataError, match=r"--folds: got 20, but the smallest class .* has 10"):
        parts_of(make_dataset(n=20), split, folds=20)


def test_rows_of_both_parts_are_joined(make_dataset):
    first, second = make_dataset(n=4), make_dataset(n=6)
    joined = join(first, second)
    assert (len(joined), len(joined.X)) == (10, 10)
    assert joined.y.tolist() == [*first.y, *second.y]


def shares_nothing(values, splits):
    return all(not set(values[fitted]) & set(values[judged]) for fitted, judged in splits)


def test_every_row_is_on_one_side_and_classes_keep_their_share(make_dataset, params):
    dataset = make_dataset(100)
    for fitted, judged in fresh_splits(dataset, params.split, [1, 2, 3], 0.2):
        assert sorted([*fitted, *judged]) == list(range(100))
        assert np.bincount(dataset.y[judged]).tolist() == [10, 10]


def test_other_seeds_give_other_splits_and_the_same_seed_the_same(make_dataset, params):
    splits = fresh_splits(make_dataset(100), params.split, [1, 2, 1], 0.2)
    assert not np.array_equal(splits[0][1], splits[1][1])
    assert np.array_equal(splits[0][1], splits[2][1])


def test_duplicates_stay_together_even_where_the_split_would_part_them(make_dataset, params):
    dataset = make_dataset(
        100, row_hash=np.repeat(np.arange(50, dtype=np.uint64), 2), y=np.repeat([0, 1], 50)
    )
    settings = dataclasses.replace(params.split, duplicates_together=False)
    assert shares_nothing(dataset.row_hash, fresh_splits(dataset, settings, [1, 2, 3], 0.2))


def test_groups_stay_together_whatever_the_method(make_dataset, params):
    dataset = make_dataset(100, groups=np.arange(100) // 5)
    for method in ("group", "stratified", "fixed"):
        settings = dataclasses.replace(params.split, method=method)
        assert shares_nothing(dataset.groups, fresh_splits(dataset, settings, [1, 2, 3], 0.2))


def test_by_time_only_older_rows_are_fitted_on(make_dataset, params):
    dataset = make_dataset(100, times=np.random.default_rng(0).permutation(np.arange(100) // 2))
    settings = dataclasses.replace(params.split, method="time")
    splits = fresh_splits(dataset, settings, list(range(10)), 0.2)
    for fitted, judged in splits:
        assert dataset.times[fitted].max() < dataset.times[judged].min()
        assert 4 <= len(judged) <= 6
    judged = np.concatenate([judged for _, judged in splits])
    assert len(judged) == len(np.unique(judged)) == 50
    assert dataset.times[splits[-1][1]].max() == dataset.times.max()


def test_too_few_moments_are_refused(make_dataset, params):
    dataset = make_dataset(100, times=np.repeat([0, 1], 50))
    settings = dataclasses.replace(params.split, method="time")
    with pytest.raises(DataError, match="2 moments in time are too few"):
        fresh_splits(dataset, settings, list(range(10)), 0.1)


def test_a_class_of_two_rows_is_too_small(make_dataset, params):
    dataset = make_dataset(100, y=np.array([1, 1] + [0] * 98))
    with pytest.raises(DataError, match="class 'b' has 2 rows, too few"):
        fresh_splits(dataset, params.split, [1], 0.2)


def test_seeds_differ_from_those_that_were_used():
    first = fresh_seeds(20, 0, set())
    assert len(set(first)) == 20
    assert fresh_seeds(19, 0, {first[0]}) == first[1:]
    assert fresh_seeds(20, 1, set()) != first
