import numpy as np
import pytest

from paired_models import noisy_model
from retrace.core.records import Predictions
from retrace.evaluation.metrics import scores
from retrace.tools.significance import compare_rows
from retrace.tools.significance.delong import area_difference_error


def two_models(n=60, seed=0):
    y = np.random.default_rng(seed).integers(0, 2, n)
    return [noisy_model(y, signal, seed + 1, n_classes=2) for signal in (0.8, 1.2)]


def by_definition(models):
    """The variance of the difference, from the placement of each row among those of the other class."""
    y = models[0].y
    above = [
        (lambda score: (score[y == 1, None] > score[None, y == 0]) * 1.0)(each.probabilities[:, 1])
        for each in models
    ]
    v10, v01 = ([area.mean(axis=axis) for area in above] for axis in (1, 0))
    s10, s01 = np.cov(v10) / (y == 1).sum(), np.cov(v01) / (y == 0).sum()
    weights = np.array([-1, 1])
    return weights @ (s10 + s01) @ weights


def test_the_variance_is_that_of_its_definition():
    models = two_models()
    error, freedom = area_difference_error(*models)
    assert error**2 == pytest.approx(by_definition(models), rel=1e-9)
    assert freedom == np.bincount(models[0].y).min() - 1


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_better_ranking_is_found_at_once(n_classes):
    y = np.arange(6000) % n_classes
    base, other = (noisy_model(y, signal, 1, n_classes) for signal in (1.0, 1.1))
    found = compare_rows(base, other, "roc_auc")
    assert (found.test, found.verdict) == ("DeLong's test", "better")
    assert found.difference == pytest.approx(
        scores(other, ["roc_auc"])["roc_auc"] - scores(base, ["roc_auc"])["roc_auc"]
    )


def test_groups_of_alike_rows_widen_it():
    base, other = two_models()
    tenfold = [
        Predictions(
            y=each.y.repeat(10),
            predicted=each.predicted.repeat(10),
            probabilities=each.probabilities.repeat(10, axis=0),
        )
        for each in (base, other)
    ]
    alone, grouped = (
        area_difference_error(*tenfold, groups=groups)[0] for groups in (None, np.arange(600) // 10)
    )
    assert grouped > 3 * alone
    assert grouped == pytest.approx(area_difference_error(base, other)[0], rel=0.1)


def test_models_that_rank_alike_do_not_differ():
    base, _ = two_models()
    assert compare_rows(base, base, "roc_auc", resamples=99).p_value == 1


def test_what_is_not_defined_cannot_be_told():
    y = np.zeros(30, int)
    base, other = (noisy_model(y, 1, seed, n_classes=2) for seed in (0, 1))
    found = compare_rows(base, other, "roc_auc")
    assert (found.verdict, found.reason) == ("cannot tell", "roc_auc is not defined on these rows")
