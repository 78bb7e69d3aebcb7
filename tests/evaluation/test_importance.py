import dataclasses

import numpy as np
import pandas as pd
import pytest

from retrace.core.records import Predictions
from retrace.evaluation.importance import metric_for_importance, permutation_importance


@pytest.fixture
def settings(params):
    return dataclasses.replace(params.report, resamples=200)


def by_site(part):
    """A model that looks at the text column alone."""
    predicted = (part.X["site"] == "b").to_numpy().astype(np.int64)
    probabilities = np.stack([1 - 0.8 * predicted - 0.1, 0.8 * predicted + 0.1], axis=1)
    return Predictions(y=part.y, predicted=predicted, probabilities=probabilities)


def table_part(make_dataset, n=120, columns=2):
    y = np.arange(n) % 2
    table = pd.DataFrame({"site": np.where(y, "b", "a")})
    for number in range(1, columns):
        table[f"noise {number}"] = np.arange(n)
    return make_dataset(n=n, y=y, X=table)


def test_the_column_that_a_model_looks_at_comes_first(make_dataset, settings):
    first, second = permutation_importance(by_site, table_part(make_dataset), "accuracy", settings)
    assert first.column == "site"
    assert 0.3 < first.interval.low < first.value < first.interval.high < 0.7
    assert (second.value, second.interval.low, second.interval.high) == (0, 0, 0)


def test_a_loss_that_rises_is_worse(make_dataset, settings):
    first, _ = permutation_importance(by_site, table_part(make_dataset), "log_loss", settings)
    assert first.value > 0.5


def test_a_table_of_thousands_of_columns_or_rows_costs_little(make_dataset, settings):
    wide = table_part(make_dataset, columns=61)
    assert permutation_importance(by_site, wide, "accuracy", settings) == []
    asked = []

    def predict(part):
        asked.append(len(part))
        return by_site(part)

    permutation_importance(predict, table_part(make_dataset, n=2500), "accuracy", settings)
    assert set(asked) == {2000}


def test_a_metric_of_ranks_is_replaced_by_a_loss():
    names = ["roc_auc", "median_absolute_error", "f1_macro"]
    assert [metric_for_importance(name) for name in names] == ["log_loss", "rmse", "f1_macro"]
