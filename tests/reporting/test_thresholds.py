import dataclasses

import numpy as np
import pytest

from retrace import reporting
from retrace.core.params import Costs
from retrace.core.records import Predictions
from retrace.reporting.thresholds import threshold_section


@pytest.fixture
def two_classes(make_results, make_dataset):
    def make(threshold):
        results = make_results()
        part = make_dataset(n=90, n_classes=2, classes=("no", "yes"))
        high = np.clip(0.35 * part.y + np.linspace(0, 0.6, 90), 0, 1)
        found = Predictions(
            y=part.y, predicted=(high > 0.5) * 1, probabilities=np.stack([1 - high, high], axis=1)
        )
        report = dataclasses.replace(results.params.report, threshold=threshold)
        return dataclasses.replace(
            results,
            params=dataclasses.replace(results.params, report=report),
            parts={"validation": part, "test": part},
            predictions={"validation": found, "test": found},
        )

    return make


def test_the_threshold_in_use_stands_among_the_others(two_classes):
    section = threshold_section(two_classes(0.5))
    assert [row["chosen"] for row in section["rows"]].count(True) == 1
    assert (section["positive"], section["chosen"], len(section["rows"])) == ("yes", "0.5", 9)
    assert len(threshold_section(two_classes("f1"))["rows"]) == 10


def test_copies_widen_the_interval_of_recall_and_leave_none_out(two_classes):
    results = two_classes(0.5)
    copied = dataclasses.replace(results.dataset, row_hash=np.arange(90, dtype=np.uint64) // 6)
    rows, by_copies = (
        threshold_section(each)["rows"]
        for each in (results, dataclasses.replace(results, parts={"validation": copied, "test": copied}))
    )
    assert all(row["recall_interval"] for row in rows + by_copies)
    assert rows[3]["recall_interval"] != by_copies[3]["recall_interval"]


def test_costs_are_shown_where_they_choose(two_classes, undrawn):
    results = two_classes(Costs(false_positive=1.0, false_negative=5.0))
    rows = threshold_section(results)["rows"]
    costs = {row["cost"]: row["chosen"] for row in rows}
    assert costs[min(costs, key=lambda cost: float(cost.replace(",", "")))]
    markdown = reporting.report_markdown(results)
    page = reporting.report_html(results, reporting.draw_figures(results))
    assert "| missed | cost |" in markdown
    assert "<th>cost</th>" in page


def test_three_classes_have_no_threshold(make_results):
    assert threshold_section(make_results()) is None
