import dataclasses

import numpy as np
import pandas as pd
import pytest

from retrace import reporting
from retrace.models.words import Words
from retrace.reporting.worst_rows import worst_rows_section


@pytest.fixture
def bad_at_night(make_results, make_dataset):
    """Results of a model that is wrong at night, mostly."""
    hour = np.arange(600) % 24
    generator = np.random.default_rng(0)
    parts, predictions = {}, {}
    results = make_results()
    for part in ("validation", "test"):
        rows = make_dataset(n=600, n_classes=3)
        table = pd.DataFrame({"hour|<b>": hour.astype(np.float64), "noise": generator.normal(size=600)})
        parts[part] = dataclasses.replace(rows, X=table)
        wrong = generator.random(600) < np.where(hour < 6, 0.7, 0.05)
        predicted = np.where(wrong, (rows.y + 1) % 3, rows.y)
        probabilities = np.eye(3)[predicted] * 0.7 + 0.1
        predictions[part] = dataclasses.replace(
            results.predictions[part], y=rows.y, predicted=predicted, probabilities=probabilities
        )
    return dataclasses.replace(results, parts=parts, predictions=predictions)


def test_both_pages_say_where_a_model_errs(bad_at_night, undrawn):
    found = worst_rows_section(bad_at_night)
    assert (found["verdict"], found["conditions"]) == ("More often wrong", ["hour|<b> ≤ 5.5"])
    assert found["sentence"].endswith("of all others (p = 0.005)")
    assert "**More often wrong.**" in reporting.report_markdown(bad_at_night)
    page = reporting.report_html(bad_at_night, reporting.draw_figures(bad_at_night))
    assert "<code>hour|&lt;b&gt; ≤ 5.5</code>" in page


def test_where_the_test_part_does_not_agree_nothing_stands_out(bad_at_night):
    right = dataclasses.replace(bad_at_night.test, predicted=bad_at_night.test.y)
    results = dataclasses.replace(bad_at_night, predictions=bad_at_night.predictions | {"test": right})
    assert worst_rows_section(results)["verdict"] == "Nothing stands out"


def test_private_data_and_data_without_columns_have_no_such_section(bad_at_night, make_results):
    parts = {name: dataclasses.replace(part, private=True) for name, part in bad_at_night.parts.items()}
    assert worst_rows_section(dataclasses.replace(bad_at_night, parts=parts)) is None
    assert worst_rows_section(make_results(kind="image")) is None


def test_words_are_on_both_pages_whatever_they_are(make_results, undrawn):
    words = (Words("a|b", (("un|usual", 1.5), ("<b>", 1.25))),)
    results = dataclasses.replace(make_results(kind="text"), words=words)
    markdown = reporting.report_markdown(results)
    assert "| a\\|b | `un\\|usual` `<b>` |" in markdown
    page = reporting.report_html(results, reporting.draw_figures(results))
    assert "<code>&lt;b&gt;</code>" in page
    assert "1.25" in page
