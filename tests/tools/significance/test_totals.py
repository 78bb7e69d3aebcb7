import dataclasses

import numpy as np
import pytest

from paired_models import noisy_model, paired_models
from retrace.core.records import Predictions
from retrace.evaluation.metrics import scores
from retrace.tools.significance import compare_over_seeds, compare_rows
from retrace.tools.significance.totals import alike, mistakes, unit_totals, won_row

METRICS = [
    "accuracy", "f1_macro", "f1_weighted", "precision_weighted", "balanced_accuracy", "log_loss",
]  # fmt: skip


@pytest.mark.parametrize("metric", METRICS)
def test_totals_of_all_units_score_as_the_report_does(metric):
    base, other = paired_models(gained=9, lost=4)
    units = np.random.default_rng(0).integers(0, 17, 120)
    totals, score = unit_totals([base, other], metric, units, 17)
    for model, found in zip((base, other), totals, strict=True):
        assert score(found.sum(axis=0)) == pytest.approx(scores(model)[metric], rel=1e-12)


def test_rows_that_a_metric_cannot_tell_apart_are_one_pattern():
    base, other = paired_models(gained=9, lost=4)
    patterns, counts = alike(base, other, "f1_macro")
    assert len(counts) <= 27
    assert (np.bincount(patterns) == counts).all()
    assert len(alike(base, other, "log_loss")[1]) == 120


@pytest.mark.parametrize("metric", ["accuracy", "f1_macro", "log_loss"])
def test_a_won_row_is_better_to_have_right(metric):
    base, other = paired_models(gained=9, lost=4)
    (totals, _), score = unit_totals([base, other], metric, np.zeros(120, int), 1)
    wrong, right = (score(totals[0] + row) for row in won_row(base, other, metric))
    assert wrong > right if metric == "log_loss" else wrong < right


def test_a_won_row_exists_for_models_without_mistakes():
    base, _ = paired_models(n=10)
    assert not mistakes(base).any()
    wrong, right = won_row(base, base, "log_loss")
    assert wrong[1] > right[1]


def numbers(noise, seed):
    generator = np.random.default_rng(seed)
    y = generator.normal(size=120)
    predicted = y + noise * generator.normal(size=120)
    return Predictions(y=y, predicted=predicted, probabilities=np.empty((120, 0)))


@pytest.mark.parametrize("metric", ["mae", "rmse", "r2"])
def test_totals_of_a_regression_score_as_the_report_does(metric):
    model = numbers(0.3, seed=0)
    (totals,), score = unit_totals([model], metric, np.arange(120) % 17, 17)
    assert score(totals.sum(axis=0)) == pytest.approx(scores(model)[metric], rel=1e-9)


@pytest.mark.parametrize("metric", ["mae", "rmse", "r2"])
def test_a_regression_that_misses_less_is_better(metric):
    coarse = numbers(1.0, seed=0)
    fine = dataclasses.replace(coarse, predicted=(coarse.predicted + 3 * coarse.y) / 4)
    assert compare_rows(coarse, fine, metric, resamples=999).verdict == "better"
    assert compare_rows(fine, coarse, metric, resamples=999).verdict == "worse"


@pytest.mark.parametrize("groups", [None, np.arange(300) // 3])
def test_a_metric_of_ranks_is_compared_as_any_other(groups):
    y = np.random.default_rng(0).integers(0, 2, 300)
    base, better = (noisy_model(y, signal, 1, n_classes=2) for signal in (0.5, 1.5))
    found = compare_rows(base, better, "roc_auc", groups=groups, resamples=999)
    assert (found.verdict, found.test) == ("better", "DeLong's test")
    assert found.base == pytest.approx(scores(base, ["roc_auc"])["roc_auc"])
    assert found.interval.low < found.difference < found.interval.high
    assert compare_rows(better, base, "roc_auc", groups=groups, resamples=999).verdict == "worse"


def test_the_seeds_of_a_metric_of_ranks_are_compared_as_of_any_other():
    y = np.random.default_rng(0).integers(0, 2, 300)
    base, better = ([noisy_model(y, s, seed, n_classes=2) for seed in range(5)] for s in (0.5, 1.5))
    assert compare_over_seeds(base, better, "roc_auc", resamples=200).verdict == "better"


def one_class_more(seed, n=449, share=0.1, unseen=0.3):
    """Two models, equally often wrong; of the mistakes of one, some name a class that no row has."""
    generator = np.random.default_rng(seed)
    y = generator.integers(0, 3, n)
    sides = []
    for takes_unseen in (0.0, unseen):
        wrong = generator.random(n) < share
        said = np.where(wrong, (y + generator.integers(1, 3, n)) % 3, y)
        said = np.where(wrong & (generator.random(n) < takes_unseen), 3, said)
        sides.append(Predictions(y=y, predicted=said, probabilities=np.eye(4)[said]))
    return sides


def test_a_class_that_one_model_alone_predicts_counts_for_both():
    verdicts = [compare_rows(*one_class_more(seed), "f1_macro", resamples=499) for seed in range(60)]
    assert sum(each.verdict.is_significant for each in verdicts) <= 6
    assert max(abs(each.difference) for each in verdicts) < 0.1
    assert verdicts[0].reason.startswith("of both the classes that occur are averaged")


def test_a_class_that_one_model_alone_predicts_counts_for_all_seeds():
    pairs = [one_class_more(seed) for seed in range(5)]
    y = pairs[0][0].y
    base, other = ([dataclasses.replace(pair[side], y=y) for pair in pairs] for side in (0, 1))
    found = compare_over_seeds(base, other, "f1_macro", resamples=200)
    assert abs(found.difference) < 0.05
    assert "of both the classes that occur" in found.reason


def test_what_could_be_found_is_no_more_than_the_metric_allows():
    y, ones = np.zeros(5, np.int64), np.ones(5, np.int64)
    base, other = (Predictions(y=y, predicted=p, probabilities=np.eye(2)[p]) for p in (ones, y))
    found = compare_rows(base, other, "f1_macro", resamples=99)
    assert (found.base, found.other, found.detectable) == (0.0, 1.0, 1.0)
