import dataclasses

import numpy as np
import pytest

from retrace.core.errors import DataError
from retrace.tools.search.trials.folds import fold_rows, join


@pytest.fixture
def split(params):
    return params.split


def parts_of(dataset, split, folds=5, seed=0):
    return list(fold_rows(dataset, folds, split, seed))


def test_each_row_is_held_out_once(make_dataset, split):
    dataset = make_dataset(n=53, n_classes=3)
    held_out = np.concatenate([held for _, held in parts_of(dataset, split)])
    assert sorted(held_out) == list(range(53))
    for training, held in parts_of(dataset, split):
        assert not set(training) & set(held)


def test_the_same_seed_gives_the_same_folds_and_another_gives_others(make_dataset, split):
    dataset = make_dataset(n=60)
    first, same, other = (parts_of(dataset, split, seed=seed)[0][1].tolist() for seed in (0, 0, 1))
    assert first == same != other


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
