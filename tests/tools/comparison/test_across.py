from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import studentized_range

from retrace.core.errors import ComparisonError
from retrace.tools.comparison.across import nemenyi, rank_models


def made(model, data, score, seed=1, metric="accuracy"):
    return SimpleNamespace(
        name=f"{data}-{model}-{seed}",
        metric=metric,
        metrics={"test": {metric: score}},
        used={"model": model, "data": data, "seed": seed},
    )


def test_models_are_ranked_by_ranks_not_by_scores():
    sides = [
        made(model, f"d{place}", score)
        for place in range(5)
        for model, score in (("svm", 0.5 + place / 10), ("knn", 0.49 + place / 10), ("sgd", 0.1))
    ]
    # One data set that is lost by far would turn a mean of scores round.
    sides += [made("svm", "hard", 0.0), made("knn", "hard", 1.0), made("sgd", "hard", 0.5)]
    found = rank_models(sides)
    assert found.names == ["svm", "knn", "sgd"]
    assert found.data_sets == ["d0", "d1", "d2", "d3", "d4", "hard"]
    assert found.scores == pytest.approx([8 / 6, 11 / 6, 17 / 6])
    assert found.letters == ["a", "ab", "b"]


def test_seeds_of_a_model_count_as_their_mean():
    sides = [made(model, data, 0.5) for model in ("svm", "knn", "sgd") for data in "ab"]
    sides += [made("svm", data, 0.9, seed=2) for data in "ab"]
    assert rank_models(sides).scores == pytest.approx([1, 2.5, 2.5])


@pytest.mark.parametrize(
    ("sides", "says"),
    [
        ([("svm", "a"), ("svm", "b"), ("knn", "a"), ("knn", "b")], "got 2 models on 2 data sets"),
        ([("svm", "a"), ("knn", "a"), ("sgd", "a"), ("sgd", "b")], "`svm` has no run on `b`"),
        ([("svm", "a"), ("svm", "a")], "`a-svm-1` and `a-svm-1` are both `svm` on `a` under seed 1"),
    ],
)
def test_what_is_no_table_of_models_by_data_is_refused(sides, says):
    with pytest.raises(ComparisonError, match=says):
        rank_models([made(model, data, 0.5) for model, data in sides])


def test_a_metric_that_differs_or_is_not_there_is_named():
    sides = [made("svm", "a", 0.5), made("svm", "b", 0.5, metric="mae")]
    with pytest.raises(ComparisonError, match="judged by accuracy, mae: give --metric"):
        rank_models(sides)
    with pytest.raises(ComparisonError, match="`b-svm-1` has no accuracy of the test part"):
        rank_models(sides, "accuracy")


def test_p_is_that_of_nemenyis_table_on_many_data_sets():
    losses = np.random.default_rng(1).random((60, 4)) + np.array([0, 0.1, 0.15, 0.2])
    found = nemenyi(losses)
    spread = np.abs(found.ranks[:, None] - found.ranks) / np.sqrt(4 * 5 / (6 * 60))
    table = studentized_range.sf(spread * np.sqrt(2), 4, np.inf)
    assert found.p_values == pytest.approx(table, abs=0.03)


def test_equal_models_are_seldom_told_apart_on_few_data_sets():
    generator = np.random.default_rng(2)
    smallest = [nemenyi(generator.random((6, 3))).p_values.min() for _ in range(60)]
    assert np.mean(np.array(smallest) < 0.05) <= 0.1
