import numpy as np
import pytest

from retrace.evaluation.units import effective_number, row_units, time_blocks


def test_rows_without_a_tie_are_units_of_their_own():
    units = row_units(np.arange(5))
    assert (units.kind, units.codes, units.count(5)) == ("row", None, 5)


def test_copies_are_one_unit():
    units = row_units(np.array([7, 8, 7, 9]))
    assert units.kind == "distinct row"
    assert units.codes.tolist() == [0, 1, 0, 2]
    assert units.take(np.array([2, 3])).tolist() == [0, 2]


def test_groups_that_share_a_copy_are_one_unit():
    units = row_units(np.array([1, 2, 2, 3, 4]), groups=np.array(["a", "a", "b", "b", "c"]))
    assert (units.kind, units.count(5)) == ("group", 2)
    assert len(set(units.codes[:4])) == 1


def test_blocks_follow_each_other_and_split_no_moment():
    times = np.random.default_rng(0).permutation(np.arange(900) // 3)
    blocks = time_blocks(times)
    assert len(np.unique(blocks)) == 30
    assert (np.diff(blocks[np.argsort(times, kind="stable")]) >= 0).all()
    assert all(len(set(blocks[times == moment])) == 1 for moment in np.unique(times))


def test_unequal_groups_count_as_fewer():
    assert effective_number(np.arange(30) // 3) == pytest.approx(10)
    assert effective_number(np.r_[np.zeros(100, int), np.arange(1, 101)]) == pytest.approx(
        3.96, abs=0.01
    )
