import dataclasses
import tracemalloc

import numpy as np
import pytest

from retrace.core.records import Predictions
from retrace.evaluation.bootstrap import bootstrap_intervals, score_intervals
from retrace.evaluation.intervals import wilson
from retrace.evaluation.metrics import metrics_of, scores
from retrace.evaluation.serial import Memory
from retrace.evaluation.units import time_blocks


@pytest.fixture
def settings(params):
    return dataclasses.replace(params.report, confidence=0.95, resamples=2000, seed=0)


def predictions(n=150, seed=0, sharpness=3.0):
    generator = np.random.default_rng(seed)
    y = generator.integers(0, 3, n)
    logits = generator.normal(size=(n, 3)) + sharpness * np.eye(3)[y]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return Predictions(y=y, predicted=probabilities.argmax(axis=1), probabilities=probabilities)


def test_every_interval_holds_its_value(settings):
    case = predictions()
    found = scores(case)
    for name, interval in score_intervals(case, settings).items():
        assert interval.low < found[name] < interval.high


def test_a_thousand_classes_take_no_table_of_classes_by_classes(settings):
    y = np.arange(1_500) % 1_000
    predicted = np.where(np.arange(1_500) % 3, y, (y + 1) % 1_000)
    case = Predictions(y=y, predicted=predicted, probabilities=np.full((1_500, 1_000), 0.001))
    tracemalloc.start()
    intervals = score_intervals(case, dataclasses.replace(settings, resamples=100))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert intervals["accuracy"].low < scores(case)["accuracy"] < intervals["accuracy"].high
    assert peak < 200 * 2**20  # a table for each resample would take 800 MB


def test_the_same_seed_gives_the_same_intervals(settings):
    assert score_intervals(predictions(), settings) == score_intervals(predictions(), settings)


def test_a_model_without_mistakes_still_has_a_lower_bound(settings):
    y = np.arange(90) % 3
    perfect = Predictions(y=y, predicted=y, probabilities=np.eye(3)[y])
    intervals = score_intervals(perfect, settings)
    assert 0.95 < intervals["accuracy"].low < 1
    assert 0.9 < intervals["f1_macro"].low < intervals["f1_macro"].high == 1


def test_groups_widen_the_intervals_of_rows_that_are_alike(settings):
    case = predictions(n=60, sharpness=1.0)
    tenfold = Predictions(
        y=case.y.repeat(10),
        predicted=case.predicted.repeat(10),
        probabilities=case.probabilities.repeat(10, axis=0),
    )
    alone, grouped = (
        score_intervals(tenfold, settings, groups)["accuracy"] for groups in (None, np.arange(600) // 10)
    )
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)


def test_groups_of_one_row_are_rows(settings):
    case = predictions()
    assert bootstrap_intervals(case, settings) == bootstrap_intervals(case, settings, np.arange(150))


def test_a_single_group_cannot_tell(settings):
    intervals = score_intervals(predictions(), settings, np.zeros(150))
    assert all(np.isnan(interval.low) for interval in intervals.values())


def alone(case, settings, name):
    """Return the interval of one metric, as `score_intervals` does for all of them."""
    return bootstrap_intervals(case, settings, metrics={name: metrics_of(case)[name]})[name]


@pytest.mark.slow
def test_intervals_cover_the_truth_as_often_as_they_say(settings):
    quick = dataclasses.replace(settings, resamples=500)
    truth = scores(predictions(n=400_000, seed=999))
    drawn = [predictions(n=120, seed=seed) for seed in range(300)]
    right = [int((case.y == case.predicted).sum()) for case in drawn]
    found = {
        "accuracy": [wilson(n, 120, quick.confidence) for n in right],
        "f1_macro": [alone(case, quick, "f1_macro") for case in drawn],
    }
    for name, low, high in (("accuracy", 0.93, 0.99), ("f1_macro", 0.92, 0.98)):
        held = [each.low <= truth[name] <= each.high for each in found[name]]
        assert low <= np.mean(held) <= high, name


@pytest.mark.parametrize("groups", [None, np.arange(300) // 5])
def test_intervals_of_a_regression_hold_its_scores(params, groups):
    generator = np.random.default_rng(0)
    y = generator.normal(size=300)
    case = Predictions(
        y=y, predicted=y + generator.normal(size=300) / 2, probabilities=np.empty((300, 0))
    )
    found = score_intervals(case, params.report, groups)
    assert list(found) == ["mae", "rmse", "r2"]
    for name, value in scores(case).items():
        assert found[name].low < value < found[name].high


def two_classes(n, signal=1.0):
    generator = np.random.default_rng(0)
    y = np.arange(n) % 2
    high = 1 / (1 + np.exp(-signal * (2 * y - 1) - generator.normal(size=n)))
    return Predictions(
        y=y, predicted=(high > 0.5).astype(int), probabilities=np.stack([1 - high, high], axis=1)
    )


def test_a_metric_of_ranks_has_the_interval_of_hanley_and_mcneil(settings):
    # J. A. Hanley and B. J. McNeil, Radiology 143 (1982), 29-36: the standard error of an area.
    case = two_classes(n=400)
    area, n = scores(case, ["roc_auc"])["roc_auc"], 200
    above, below = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (n - 1) * (above + below - 2 * area**2)
    error = np.sqrt(spread) / n
    found = score_intervals(case, settings, None, ["roc_auc"])["roc_auc"]
    assert found.low < area < found.high
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.15)


def test_a_metric_of_ranks_leaves_out_blocks_of_many_rows(settings):
    few = dataclasses.replace(settings, resamples=200)
    found = score_intervals(two_classes(n=2500), few, None, ["average_precision"])["average_precision"]
    assert 0.01 < found.high - found.low < 0.05


def regression(errors):
    y = np.random.default_rng(1).normal(size=len(errors))
    return Predictions(y=y, predicted=y + errors, probabilities=np.empty((len(errors), 0)))


def test_heavy_tails_have_no_interval_and_few_rows_a_wide_one(settings):
    errors = np.random.default_rng(0).normal(size=400)
    errors[0] = 40
    found = score_intervals(regression(errors), settings)["rmse"]
    assert found.reason == "a few rows make up most of the error"
    few = score_intervals(regression(errors[1:31]), settings)["rmse"]
    assert few.high - scores(regression(errors[1:31]))["rmse"] > 0.3


def test_a_perfect_regression_has_no_interval_of_rounding_errors(settings):
    found = score_intervals(regression(np.zeros(45)), settings)
    assert {interval.reason for interval in found.values()} == {"no test row varies it"}


def test_a_class_of_a_few_rows_leaves_no_interval_but_of_accuracy(settings):
    case = predictions()
    rare = Predictions(
        y=np.where(np.arange(150) < 2, 2, case.y % 2),
        predicted=case.predicted,
        probabilities=case.probabilities,
    )
    found = score_intervals(rare, settings)
    assert found["f1_macro"].reason == "a class has 2 test rows"
    assert found["accuracy"].low > 0


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "metric"), [("exponential", "rmse"), ("standard_t", "rmse")])
def test_intervals_of_lopsided_errors_cover_the_truth(settings, kind, metric):
    quick = dataclasses.replace(settings, resamples=300)
    generator, wrong = np.random.default_rng(0), []
    draw = {"exponential": lambda n: generator.exponential(size=n) - 1}.get(
        kind, lambda n: generator.standard_t(5, n)
    )
    truth = np.sqrt({"exponential": 1.0, "standard_t": 5 / 3}[kind])
    for _ in range(150):
        found = alone(regression(draw(100)), quick, metric)
        wrong.append(found.low > truth or found.high < truth)
    assert np.mean(wrong) < 0.07


@pytest.mark.parametrize("metric", ["accuracy", "f1_macro", "log_loss", "roc_auc"])
def test_errors_that_outlast_blocks_widen_every_interval_or_leave_none(settings, metric):
    generator = np.random.default_rng(0)
    y = np.arange(600) % 2
    luck = np.repeat(generator.random(20) < 0.3, 30)  # thirty rows go wrong together
    share = np.where(luck, 0.8, 0.3) - 0.2 * generator.random(600)
    probabilities = np.where(y[:, None] == [0, 1], 1 - share[:, None], share[:, None])
    case = Predictions(y=y, predicted=probabilities.argmax(axis=1), probabilities=probabilities)
    found = [
        score_intervals(case, settings, time_blocks(np.arange(600)), [metric], memory)[metric]
        for memory in (None, Memory(1, 600), Memory(15, 600), Memory(60, 600))
    ]
    assert found[0] == found[1]
    assert found[2].high - found[2].low > found[0].high - found[0].low
    assert "about 60 of the 600 moments in time" in found[3].reason
