from dataclasses import replace

import numpy as np
import pytest

from retrace.splitting.methods import split_rows
from retrace.splitting.warnings import split_warnings


@pytest.fixture
def settings(params):
    shares = {"train": 0.6, "validation": 0.15, "test": 0.25, "duplicates_together": True}
    return replace(params.split, method="stratified", seed=0, **shares)


def warned(dataset, settings):
    return split_warnings(dataset, settings, split_rows(dataset, settings))


def test_a_group_that_the_split_ignores_is_said(make_dataset, settings):
    dataset = make_dataset(groups=np.arange(100) // 4)
    assert "set split.method: group" in warned(dataset, settings)[0]
    assert warned(dataset, replace(settings, method="group")) == []


def test_fixed_parts_that_the_split_ignores_are_said(make_dataset, settings):
    dataset = make_dataset(fixed_part=np.repeat(["train", "validation", "test"], [60, 20, 20]))
    assert "set split.method: fixed" in warned(dataset, settings)[0]
    assert warned(dataset, replace(settings, method="fixed")) == []


def test_parts_far_from_their_shares_name_the_copies_and_the_key(make_dataset, settings):
    groups = np.concatenate([np.zeros(90, dtype=int), 1 + np.arange(10)])
    hashes = np.concatenate([np.zeros(80), 1 + np.arange(20)]).astype(np.uint64)
    dataset = make_dataset(groups=groups, row_hash=hashes)
    said = warned(dataset, replace(settings, method="group"))[0]
    assert "The parts are 90%/" in said
    assert "79 of 100 rows are copies of others (the row of id 0 occurs 80 times)" in said
    assert "set split.duplicates_together: false" in said


def test_large_groups_are_the_cause_where_nothing_is_copied(make_dataset, settings):
    groups = np.concatenate([np.zeros(90, dtype=int), 1 + np.arange(10)])
    said = warned(make_dataset(groups=groups), replace(settings, method="group"))[0]
    assert "no group is cut, and some are large" in said


def test_classes_that_a_part_lacks_are_named(make_dataset, settings):
    y = np.tile([0, 1, 2, 2], 25)
    fixed = np.where(y == 2, "train", np.where(np.arange(100) < 50, "train", "test")).astype(object)
    fixed[[4, 5, 6]] = "validation"
    dataset = make_dataset(y=y, n_classes=3, fixed_part=fixed)
    said = warned(dataset, replace(settings, method="fixed"))
    assert "The test part has no row of 1 of 3 classes: 'c'" in said[0]


def test_few_distinct_rows_are_said_where_the_shares_are_right(make_dataset, settings):
    dataset = make_dataset(n=1000)
    dataset = replace(dataset, row_hash=(np.arange(1000) % 40 * 2 + dataset.y).astype(np.uint64))
    said = warned(dataset, settings)
    assert said[0].startswith("Only 40 of 1,000 rows are distinct, and copies stay in one part")
    assert warned(dataset, replace(settings, duplicates_together=False)) == []
