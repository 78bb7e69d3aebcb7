import numpy as np
import pytest

from retrace.tools.curves.subsets import nested_order, shares


def test_shares_grow_by_one_factor_up_to_all():
    found = shares(4)
    assert found[0] == pytest.approx(0.1)
    assert found[-1] == 1
    assert np.diff(np.log(found)) == pytest.approx(np.log(10) / 3)


def test_every_beginning_has_each_class_in_its_share(make_dataset):
    y = np.r_[np.zeros(90, np.int64), np.ones(10, np.int64)]
    order = nested_order(make_dataset(y=y), seed=0)
    assert sorted(order) == list(range(100))
    assert set(y[order[:2]]) == {0, 1}
    assert [int(y[order[:n]].sum()) for n in (20, 50, 100)] == [2, 5, 10]
    assert not np.array_equal(order, nested_order(make_dataset(y=y), seed=1))


def test_groups_come_whole(make_dataset):
    part = make_dataset(groups=np.arange(100) // 10)
    groups = part.groups[nested_order(part, seed=3)]
    assert np.count_nonzero(np.diff(groups)) == 9


def test_numbers_are_drawn_at_random(make_dataset):
    part = make_dataset(task="regression", classes=(), y=np.arange(100.0))
    assert abs(part.y[nested_order(part, seed=0)[:50]].mean() - 50) < 15
