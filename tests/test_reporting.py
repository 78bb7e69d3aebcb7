import dataclasses
import html.parser
import itertools

import matplotlib
import numpy as np
import pandas as pd
import pytest

from retrace import reporting
from retrace.artifacts import HISTORY_COLUMNS
from retrace.records import Predictions

ENVIRONMENT = {
    "model": "a_model",
    "made_from": {"data": {"cache/train.pkl": "abc"}, "params": "p", "code": "c"},
    "versions": {"python": "3.11"},
    "hardware": {"cpu": "a CPU", "system": "Linux x86_64", "threads": 1},
}


def predicted(y, n_classes, seed):
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet(np.ones(n_classes), len(y)) + 2 * np.eye(n_classes)[y]
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    wrong = np.arange(len(y)) % 9 == 0
    probabilities[wrong] = probabilities[wrong][:, ::-1]
    return Predictions(y=y, predicted=probabilities.argmax(axis=1), probabilities=probabilities)


@pytest.fixture
def make_results(make_dataset, params):
    def make(kind="tabular", epochs=3, **fields):
        parts = {
            part: make_dataset(n=90, n_classes=3, kind=kind, **fields) for part in ("validation", "test")
        }
        history = [dict.fromkeys(HISTORY_COLUMNS, 0.5) | {"epoch": i + 1} for i in range(epochs)]
        return reporting.Results(
            params=dataclasses.replace(
                params,
                report=dataclasses.replace(params.report, resamples=200, mistakes=5, confidence=0.95),
            ),
            parts=parts,
            predictions={
                part: predicted(rows.y, 3, seed) for seed, (part, rows) in enumerate(parts.items())
            },
            history=pd.DataFrame(history, columns=HISTORY_COLUMNS),
            environment=ENVIRONMENT,
        )

    return make


def test_metrics_name_both_parts_and_count_the_test_rows(make_results):
    metrics = reporting.metrics(make_results())
    assert list(metrics) == ["validation", "test"]
    assert metrics["test"]["n"] == 90


def test_predictions_have_a_row_per_row_and_a_probability_per_class(make_results):
    table = reporting.predictions_table(make_results(groups=np.arange(90) // 3))
    assert list(table) == ["part", "id", "group", "row_hash", "true", "predicted", "p_a", "p_b", "p_c"]
    assert table["part"].value_counts().to_dict() == {"validation": 90, "test": 90}
    assert table["group"].iloc[-1] == 29


def test_markdown_has_tables_and_curves_and_no_image(make_results):
    text = reporting.report_markdown(make_results())
    for wanted in ("## Classes", "## Confusion matrix", "```mermaid", "## Reliability", "## Made from"):
        assert wanted in text
    assert "![" not in text
    assert "<img" not in text


def test_markdown_tables_are_whole(make_results):
    lines = reporting.report_markdown(make_results()).splitlines()
    for above, line in itertools.pairwise(lines):
        if line.startswith("|") and above.startswith("|"):
            assert line.replace("\\|", "").count("|") == above.replace("\\|", "").count("|"), line


def test_a_model_without_epochs_has_no_training_section(make_results):
    results = make_results(epochs=0)
    assert "## Training" not in reporting.report_markdown(results)
    assert "history" not in reporting.draw_figures(results)


@pytest.mark.parametrize("name", ["a|b", "<script>alert(1)</script>", "*star*\nnew"])
def test_a_strange_class_name_cannot_break_the_page(make_results, name):
    results = make_results(classes=(name, "b", "c"))
    markdown = reporting.report_markdown(results)
    page = reporting.report_html(results, reporting.draw_figures(results))
    assert name not in markdown
    assert "<script>" not in page
    for line in markdown.splitlines():
        if line.startswith("| ") and "rows" not in line:
            assert line.endswith("|"), "a name broke its table row"


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.opened = [], []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in {"src", "href"}]
        if tag not in {"meta", "img"}:
            self.opened.append(tag)

    def handle_endtag(self, tag):
        assert self.opened.pop() == tag


@pytest.mark.parametrize("kind", ["tabular", "image"])
def test_the_page_is_whole_and_opens_offline(make_results, kind):
    results = make_results(kind=kind)
    links = Links()
    links.feed(reporting.report_html(results, reporting.draw_figures(results)))
    assert links.opened == []
    assert len(links.found) == (4 if kind == "image" else 3)
    assert all(link.startswith("data:image/svg+xml;base64,") for link in links.found)


def test_a_users_own_matplotlib_style_changes_nothing(make_results):
    expected = reporting.draw_figures(make_results())
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9}):
        assert reporting.draw_figures(make_results()) == expected


def test_only_images_show_their_mistakes_as_pictures(make_results):
    assert "mistakes" in reporting.draw_figures(make_results(kind="image"))
    assert "mistakes" not in reporting.draw_figures(make_results(kind="tabular"))


def test_the_same_results_give_the_same_bytes(make_results):
    first, second = (make_results(kind="image") for _ in range(2))
    assert reporting.draw_figures(first) == reporting.draw_figures(second)
    assert reporting.report_html(first, reporting.draw_figures(first)) == reporting.report_html(
        second, reporting.draw_figures(second)
    )


def test_groups_are_mentioned_where_they_make_the_intervals(make_results):
    assert "whole groups" in reporting.report_markdown(make_results(groups=np.arange(90) // 3))


def test_a_model_without_mistakes_reads_well(make_results):
    results = make_results()
    y = results.parts["test"].y
    perfect = Predictions(y=y, predicted=y, probabilities=np.eye(3)[y])
    results = dataclasses.replace(results, predictions={"validation": perfect, "test": perfect})
    text = reporting.report_markdown(results)
    assert "None of 90 test rows wrong." in text
    assert "no estimate" in text
