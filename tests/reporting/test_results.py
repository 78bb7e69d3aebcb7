import dataclasses

import numpy as np
import pytest

from retrace import reporting
from retrace.core.errors import ParamsError


def test_metrics_name_both_parts_and_count_the_test_rows(make_results):
    metrics = reporting.metrics(make_results())
    assert list(metrics) == ["validation", "test"]
    assert metrics["test"]["n"] == 90


def test_predictions_have_a_row_per_row_and_a_probability_per_class(make_results):
    table = reporting.predictions_table(make_results(groups=np.arange(90) // 3))
    assert list(table) == ["part", "id", "group", "row_hash", "true", "predicted", "p_a", "p_b", "p_c"]
    assert table["part"].value_counts().to_dict() == {"validation": 90, "test": 90}
    assert table["group"].iloc[-1] == 29


def test_predictions_of_a_regression_are_numbers(regression_results):
    table = reporting.predictions_table(regression_results)
    assert list(table) == ["part", "id", "group", "row_hash", "true", "predicted"]
    assert table["true"].to_numpy()[:90] == pytest.approx(regression_results.test.y)


def test_a_regression_has_metrics_of_its_own(regression_results):
    found = reporting.metrics(regression_results)
    assert list(found["test"]) == ["mae", "rmse", "r2", "n"]
    assert found["test"]["r2"] > 0.9


def test_a_confusion_table_of_a_regression_is_only_the_header(regression_results):
    table = reporting.confusion_table(regression_results)
    assert (list(table), len(table)) == (["true", "predicted"], 0)


def test_a_metric_of_the_other_task_lists_those_that_fit(regression_results):
    with pytest.raises(ParamsError, match="metric: got 'accuracy', but data 'digits' is a regression; "):
        dataclasses.replace(
            regression_results,
            params=dataclasses.replace(regression_results.params, metric="accuracy"),
        )
