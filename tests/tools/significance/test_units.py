import numpy as np
import pytest

from paired_models import noisy_model, paired_models
from retrace.tools.significance.paired import observed
from retrace.tools.significance.units import LIMIT, expected_unit, numbered_units, paired_units


@pytest.mark.parametrize("metric", ["f1_macro", "log_loss"])
def test_many_rows_are_joined_and_score_the_same(metric):
    y = np.random.default_rng(0).integers(0, 3, 20_500)
    base, other = noisy_model(y, 2, 0), noisy_model(y, 2.1, 1)
    joined = paired_units(base, other, metric, np.arange(20_500), np.random.default_rng(0))
    alone = paired_units(base, other, metric, None, np.random.default_rng(0))
    assert joined.n_units == LIMIT
    assert observed(joined) == pytest.approx(observed(alone))


def test_joined_units_are_of_equal_size_and_keep_groups_whole():
    groups = np.arange(30_000) // 10
    units = numbered_units(30_000, groups, np.random.default_rng(0))
    assert set(np.bincount(units)) == {30}
    assert (units.reshape(-1, 10) == units.reshape(-1, 10)[:, :1]).all()


def test_few_groups_keep_a_number_each():
    units = numbered_units(6, np.array(list("bbaacc")), np.random.default_rng(0))
    assert units.tolist() == [1, 1, 0, 0, 2, 2]


def test_groups_may_be_lost_by_the_half_or_by_as_many_rows_as_were_wrong_in_one():
    base, other = paired_models(n=120, gained=9)
    for size, rows in ((10, 10), (40, 20)):
        wrong, right = expected_unit(base, other, "log_loss", np.arange(120) // size)
        assert (wrong[0], right[0]) == (rows, rows)
