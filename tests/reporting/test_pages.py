import dataclasses
import html.parser
import itertools
import re

import matplotlib
import numpy as np
import pandas as pd
import pytest

from retrace import reporting
from retrace.core.artifacts import HISTORY_COLUMNS
from retrace.core.records import Column, Predictions


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


def test_hyperparameters_are_those_of_the_training_whatever_params_yaml_says_by_now(make_results):
    text = reporting.report_markdown(make_results())
    assert "| models.a\\_model.depth | `3` |" in text
    assert "models.cnn" not in text


def test_a_model_without_epochs_has_no_training_section(make_results, undrawn):
    results = make_results(epochs=0)
    assert "## Training" not in reporting.report_markdown(results)
    assert "history" not in reporting.draw_figures(results)


@pytest.mark.parametrize("name", ["a|b", "<script>alert(1)</script>", "*star*\nnew"])
def test_a_strange_class_name_cannot_break_the_page(make_results, name, undrawn):
    results = make_results(classes=(name, "b", "c"))
    markdown = reporting.report_markdown(results)
    page = reporting.report_html(results, reporting.draw_figures(results))
    assert name not in markdown
    assert "<script>" not in page
    for line in markdown.splitlines():
        if line.startswith("| ") and "rows" not in line:
            assert line.endswith("|"), "a name broke its table row"


def test_dollar_signs_in_a_class_name_are_no_formula(make_results, drawing):
    drawing("confusion", "mistakes")
    names = ("$\\frac{$", "$\\alpha$", "US$ or A$")
    drawn = reporting.draw_figures(make_results(kind="image", classes=names))
    assert all(name in drawn["confusion"] for name in names)
    assert "$" in drawn["mistakes"]


def test_a_title_is_text_whatever_is_in_it(make_results):
    text = reporting.report_markdown(make_results(title="[a](//x.example) <b>\u202e@you"))
    assert text.splitlines()[0].startswith("# \\[a\\]")
    assert not any(bad in text for bad in ("<b>", "\u202e", "@you"))


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
def test_the_page_is_whole_and_opens_offline(make_results, kind, undrawn):
    results = make_results(kind=kind)
    links = Links()
    links.feed(reporting.report_html(results, reporting.draw_figures(results)))
    assert links.opened == []
    assert len(links.found) == (6 if kind == "image" else 5)
    assert all(link.startswith("data:image/svg+xml;base64,") for link in links.found)


def test_the_same_results_give_the_same_bytes_whatever_a_users_matplotlib_style(make_results):
    first, second = (make_results(kind="image") for _ in range(2))
    drawn = reporting.draw_figures(first)
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9}):
        again = reporting.draw_figures(second)
    assert drawn == again
    assert reporting.report_html(first, drawn) == reporting.report_html(second, again)


def test_groups_are_mentioned_where_they_make_the_intervals(make_results):
    assert "whole groups" in reporting.report_markdown(make_results(groups=np.arange(90) // 3))


def test_the_page_of_a_regression_is_whole_and_opens_offline(regression_results, undrawn):
    drawn = reporting.draw_figures(regression_results)
    links = Links()
    links.feed(reporting.report_html(regression_results, drawn))
    assert links.opened == []
    assert len(links.found) == len(drawn) == 2


def test_the_markdown_of_a_regression_is_whole(regression_results):
    text = reporting.report_markdown(regression_results)
    for wanted in ("**mae ", "## Predicted against true", "## Residuals", "## Largest errors"):
        assert wanted in text
    assert "Wilson" not in text
    assert "accuracy" not in text


def test_both_pages_show_what_was_found_of_the_data(make_results, undrawn):
    results = dataclasses.replace(
        make_results(notes=("The schema held: <all>.",)),
        data_checks={"warnings": ["a_b alone predicts", "x|y differs"], "checked": ["Duplicates: 0."]},
    )
    text = reporting.report_markdown(results)
    page = reporting.report_html(results, reporting.draw_figures(results))
    assert "**2 warnings** on the data: see [Data](#data)." in text
    assert "- **Warning.** a\\_b alone predicts.\n- **Warning.** x\\|y differs." in text
    assert "- The schema held: \\<all\\>.\n- Duplicates: 0." in text
    assert '<p class="warning">a_b alone predicts.</p>' in page
    assert "<li>The schema held: &lt;all&gt;.</li>" in page


def test_a_history_without_accuracy_shows_its_loss_alone(regression_results, undrawn):
    losses = {"epoch": [1, 2], "train_loss": [2.0, 1.0], "validation_loss": [2.0, 1.5]}
    history = pd.DataFrame(losses, columns=HISTORY_COLUMNS)
    results = dataclasses.replace(regression_results, history=history)
    assert reporting.report_markdown(results).count("```mermaid") == 1
    assert "history" in reporting.draw_figures(results)


def test_both_pages_show_what_each_column_was_taken_for(make_results, undrawn):
    note = "3 of 90 cells are no numbers and became gaps (first: '<n|k>' in row 4)"
    column = Column(name="a|b", role="feature", kind="number", gaps=3, distinct=80, note=note)
    results = make_results(columns=(column,))
    markdown = reporting.report_markdown(results)
    assert "<summary>1 features: 1 number</summary>" in markdown
    assert r"| a\|b | feature | number | 3 | 80 | 3 of 90 cells" in markdown
    page = reporting.report_html(results, reporting.draw_figures(results))
    assert "<td>a|b</td>" in page
    assert "<n|k>" not in page


def test_the_first_line_says_whether_the_model_beats_one_that_ignores_its_inputs(make_results, undrawn):
    results = make_results()
    good = reporting.report_markdown(results).splitlines()[2]
    assert good.startswith("**accuracy 0.")
    assert "Better than a model that ignores the inputs: 0." in good
    y = results.parts["test"].y
    blind = Predictions(y=y, predicted=np.zeros_like(y), probabilities=np.full((90, 3), 1 / 3))
    useless = dataclasses.replace(results, predictions={"validation": blind, "test": blind})
    assert reporting.report_markdown(useless).splitlines()[2].startswith("**Useless.** **accuracy 0.33")
    page = reporting.report_html(useless, reporting.draw_figures(useless))
    assert page.index("It is of no use as it is") < page.index("<h2>Metrics")


def test_columns_that_matter_are_on_both_pages(make_results, drawing):
    drawing("importance", "dependence")
    results = make_results()
    table = results.parts["validation"].X

    def predict(part):
        code = np.clip(np.round(part.X[table.columns[0]]), 0, 2).to_numpy(dtype=int)
        return Predictions(y=part.y, predicted=code, probabilities=np.eye(3)[code])

    results = dataclasses.replace(results, predict=predict)
    assert "## Columns that matter" in reporting.report_markdown(results)
    figures = reporting.draw_figures(results)
    assert "worse by so much when shuffled" in figures["importance"]
    assert str(table.columns[0]) in figures["dependence"]
    assert "Columns that matter" in reporting.report_html(results, figures)
    parts = {name: dataclasses.replace(part, private=True) for name, part in results.parts.items()}
    assert "dependence" not in reporting.draw_figures(dataclasses.replace(results, parts=parts))


def test_copies_are_counted_in_the_first_line(make_results):
    results = make_results(row_hash=np.arange(90, dtype=np.uint64) // 3)
    assert "on 90 test rows, 30 distinct (" in reporting.report_markdown(results)


def test_metrics_that_params_ask_for_stand_after_the_usual_ones(make_results):
    results = make_results()
    report = dataclasses.replace(results.params.report, metrics=["roc_auc", "brier"])
    results = dataclasses.replace(results, params=dataclasses.replace(results.params, report=report))
    assert list(reporting.metrics(results)["test"])[-4:] == ["log_loss", "roc_auc", "brier", "n"]
    assert "| roc_auc | higher is better |" in reporting.report_markdown(results)


def test_every_picture_says_what_it_shows_to_who_cannot_see_it(make_results, undrawn):
    results = make_results(kind="image")
    page = reporting.report_html(results, reporting.draw_figures(results))
    assert page.count("<img ") == len(re.findall(r'<img src="[^"]+" alt="[A-Z][^"]{15,}">', page))
