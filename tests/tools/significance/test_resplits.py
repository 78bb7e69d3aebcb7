import numpy as np
import pytest
from scipy import stats

from retrace.core.errors import ComparisonError
from retrace.tools.significance import compare_over_splits

BASE = [0.90, 0.91, 0.92, 0.90, 0.93]
OTHER = [0.92, 0.93, 0.94, 0.93, 0.94]


def test_without_a_test_part_it_would_be_the_paired_t_test():
    expected = stats.ttest_rel(OTHER, BASE)
    found = compare_over_splits(BASE, OTHER, "accuracy", n_train=10**12, n_test=1)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-6)
    assert found.interval.low == pytest.approx(expected.confidence_interval().low, rel=1e-6)


def test_the_correction_is_that_of_nadeau_and_bengio():
    found = compare_over_splits(BASE, OTHER, "accuracy", n_train=800, n_test=200)
    differences = np.subtract(OTHER, BASE)
    t = differences.mean() / np.sqrt((1 / 5 + 200 / 800) * differences.var(ddof=1))
    assert found.p_value == pytest.approx(2 * stats.t.sf(t, 4))
    assert (found.verdict, found.unit, found.n_units) == ("better", "split", 5)


def test_a_loss_that_rises_is_worse():
    assert compare_over_splits(BASE, OTHER, "log_loss", 800, 200).verdict == "worse"


@pytest.mark.parametrize("other", [[0.9] * 5, [0.92 + 1e-10 * k for k in range(5)]])
def test_scores_that_do_not_vary_are_no_certainty(other):
    found = compare_over_splits([0.9] * 5, other, "accuracy", 800, 200, tolerance=1e-6)
    assert (found.verdict, found.detectable) == ("cannot tell", None)
    assert "the same each time" in found.reason


@pytest.mark.parametrize(("overlap", "correlation"), [(0.1, 0.2), (0.4, 0.4)])
def test_splits_that_overlap_further_than_random_ones_count_less(overlap, correlation):
    found = compare_over_splits(BASE, OTHER, "accuracy", n_train=800, n_test=200, overlap=overlap)
    differences = np.subtract(OTHER, BASE)
    factor = (1 / 5 + 4 / 5 * correlation) / (1 - correlation)
    t = differences.mean() / np.sqrt(factor * differences.var(ddof=1))
    assert found.p_value == pytest.approx(2 * stats.t.sf(t, 4))


@pytest.mark.parametrize(("base", "other"), [(BASE[:4], OTHER[:4]), (BASE, OTHER[:4])])
def test_few_or_unpaired_splits_are_refused(base, other):
    with pytest.raises(ComparisonError, match="at least 5 are needed, the same ones on both sides"):
        compare_over_splits(base, other, "accuracy", 800, 200)
