import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paired_models import noisy_model, paired_models
from retrace.core.errors import ComparisonError
from retrace.core.records import Predictions
from retrace.evaluation.metrics import LOWER_IS_BETTER, scores
from retrace.tools.significance import Verdict, compare_rows

METRICS = [
    "accuracy", "f1_macro", "f1_weighted", "precision_weighted", "balanced_accuracy", "log_loss",
]  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    metric=st.sampled_from(METRICS),
    n=st.integers(2, 80),
    signals=st.tuples(st.floats(0, 4), st.floats(0, 4)),
    size=st.sampled_from([0, 1, 2, 4]),
    tolerance=st.sampled_from([None, 0.02, 0.2]),
    seed=st.integers(0, 10**6),
)
def test_a_verdict_never_contradicts_its_interval(metric, n, signals, size, tolerance, seed):
    y = np.random.default_rng(seed).integers(0, 3, n)
    base, other = (noisy_model(y, signal, [seed, side]) for side, signal in enumerate(signals))
    groups = np.arange(n) // size if size else None
    found = compare_rows(base, other, metric, groups=groups, tolerance=tolerance, resamples=199)
    assert isinstance(found.verdict, Verdict)
    leaves_out_0 = found.interval.low > 0 or found.interval.high < 0
    if found.verdict in ("better", "worse"):
        assert leaves_out_0
        assert found.p_value < 0.05
        assert (found.verdict == "better") == ((found.difference > 0) != (metric in LOWER_IS_BETTER))
    if leaves_out_0:
        assert found.p_value < 0.05
    if found.verdict == "equivalent":
        assert max(abs(found.narrow.low), abs(found.narrow.high)) <= tolerance
    if found.verdict != "cannot tell":
        assert found.interval.low <= found.narrow.low <= found.narrow.high <= found.interval.high


@pytest.mark.parametrize("metric", METRICS)
def test_the_better_model_is_found_and_the_worse_one_too(metric):
    base, other = paired_models(n=300, gained=30, lost=2)
    assert compare_rows(base, other, metric, resamples=999).verdict == "better"
    assert compare_rows(other, base, metric, resamples=999).verdict == "worse"


@pytest.mark.parametrize("metric", METRICS)
def test_a_comparison_reports_the_scores_of_the_report(metric):
    base, other = paired_models(gained=9, lost=4)
    found = compare_rows(base, other, metric, resamples=199)
    assert found.base == pytest.approx(scores(base)[metric])
    assert found.difference == pytest.approx(scores(other)[metric] - scores(base)[metric])
    assert found.interval.low < found.difference < found.interval.high


def test_one_row_more_of_360_is_no_significant_difference():
    found = compare_rows(*paired_models(n=360, gained=1), "accuracy")
    assert found.verdict is Verdict.NO_DIFFERENCE
    assert (found.test, found.p_value) == ("McNemar's mid-p test", 0.5)
    assert found.detectable == pytest.approx(0.0186, abs=0.001)


@pytest.mark.parametrize("metric", METRICS)
def test_models_that_never_differ_are_told_what_would_have_been_found(metric):
    base, _ = paired_models(n=200)
    found = compare_rows(base, base, metric, resamples=999)
    assert found.verdict is Verdict.NO_DIFFERENCE
    assert (found.p_value, found.detectable_is_bound) == (1.0, True)
    assert found.interval.low < 0 < found.interval.high
    assert 0 < found.detectable < 0.2


def test_recall_is_tested_as_accuracy_is():
    base, other = paired_models(gained=9, lost=4)
    found = [compare_rows(base, other, metric) for metric in ("accuracy", "recall_weighted")]
    assert found[0].p_value == found[1].p_value
    assert found[0].interval == found[1].interval


def test_rows_that_are_alike_count_once():
    base, other = paired_models(n=40, gained=4)
    tenfold = [
        dataclasses.replace(
            model,
            **{
                key: getattr(model, key).repeat(10, axis=0)
                for key in ("y", "predicted", "probabilities")
            },
        )
        for model in (base, other)
    ]
    alone = compare_rows(*tenfold, "accuracy")
    grouped = compare_rows(*tenfold, "accuracy", groups=np.arange(400) // 10, resamples=999)
    assert (alone.verdict, grouped.verdict) == ("better", "no significant difference")
    assert (grouped.unit, grouped.n_units) == ("group", 40)


def test_under_twenty_groups_nobody_can_tell():
    found = compare_rows(*paired_models(n=190, gained=40), "accuracy", groups=np.arange(190) // 10)
    assert found.verdict == "cannot tell"
    assert found.reason == "19 groups are too few to tell: at least 20 are needed"
    assert np.isnan([found.p_value, found.interval.low, found.narrow.high]).all()


def test_other_rows_are_refused():
    with pytest.raises(ComparisonError, match=r"tested on different rows \(120 and 119\)"):
        compare_rows(paired_models()[0], paired_models(n=119)[0], "accuracy")


def test_the_same_seed_gives_the_same_comparison():
    models = paired_models(gained=9, lost=4)
    once, again = (compare_rows(*models, "log_loss", resamples=499, seed=7) for _ in range(2))
    assert once == again


def test_a_million_rows_take_seconds():
    y = np.random.default_rng(0).integers(0, 3, 1_000_000)
    base, other = noisy_model(y, 2, 0), noisy_model(y, 2.02, 1)
    assert compare_rows(base, other, "log_loss", resamples=499).verdict == "better"


def test_models_that_differ_on_every_row_alike_would_not_find_a_difference_of_0():
    y = np.zeros(5, int)
    base, other = (
        Predictions(y=y, predicted=np.full(5, code), probabilities=np.eye(2)[[code] * 5])
        for code in (1, 0)
    )
    assert compare_rows(base, other, "f1_macro", resamples=99).detectable > 0.1
