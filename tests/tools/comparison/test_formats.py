import html.parser
import itertools
import json
import re

import pandas as pd
import pytest

from made_runs import labelled, valued
from retrace.tools.comparison.formats import to_html, to_json, to_markdown
from retrace.tools.repository.sides import load_side
from retrace.tools.significance.accounting import counted
from retrace.tools.significance.runs import compare_runs

STRANGE = "a|b <i>`@you` *x*"


def compare(base, other):
    return compare_runs(load_side(base), load_side(other))


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.opened, self.all = [], set()

    def handle_starttag(self, tag, attrs):
        self.all.add(tag)
        if tag not in {"meta", "img", "br"}:
            self.opened.append(tag)

    def handle_endtag(self, tag):
        assert self.opened.pop() == tag


@pytest.fixture
def strange(runs):
    """A comparison whose classes and ids are as strange as data can be."""
    names = {"classes": (STRANGE, "b"), "id": [f"{row}{STRANGE}" for row in range(200)]}
    runs.commit(labelled(right=0.6, **names))
    runs.commit(
        labelled(right=0.95, seed=1, **names), branch="other", model="t", models={"t": {STRANGE: 1}}
    )
    return compare("main", "other")


def test_the_verdict_comes_first_and_then_what_a_difference_would_need(strange):
    lines = to_markdown(strange).splitlines()
    assert lines[0].startswith("**better**: `accuracy` ")
    assert "smallest true difference" in lines[2]
    titles = [line for line in lines if line.startswith("## ")]
    assert titles == [
        "## What differs",
        "## Metrics",
        "## Classes",
        "## Right before, wrong now",
        "## Wrong before, right now",
    ]


def test_strange_names_break_no_table_and_bring_no_markup(strange):
    lines = to_markdown(strange).splitlines()
    for above, line in itertools.pairwise(lines):
        if line.startswith("|") and above.startswith("|"):
            assert line.replace("\\|", "").count("|") == above.replace("\\|", "").count("|"), line
    outside_code = [re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", line) for line in lines]
    assert not any("<i>" in line.replace("\\<i", "") for line in outside_code)


def test_the_page_is_whole_escaped_and_opens_offline(strange):
    page = to_html(strange, {strange.differs.lost[0].position: "data:image/png;base64,AAAA"})
    tags = Tags()
    tags.feed(page)
    assert tags.opened == []
    assert not tags.all & {"i", "script", "link"}
    assert page.count("data:image/png") == 1
    assert "http://" not in page
    assert "https://" not in page


def test_json_has_everything_and_no_number_that_json_lacks(strange):
    found = json.loads(to_json(strange))
    assert found["verdict"] == "better"
    assert found["comparison"]["interval"]["low"] > 0
    assert found["gained"]["n"] == len(strange.differs.gained)
    assert found["base"]["revision"] == strange.base.tree.commit
    assert len(found["classes"]) == 2


def test_a_regression_is_compared_by_the_same_words(runs):
    runs.commit(valued(noise=3.0), metric="mae")
    runs.commit(valued(noise=1.0, seed=1), branch="other", metric="mae")
    text = to_markdown(compare("main", "other"))
    assert text.startswith("**better**: `mae` ")
    assert "| test | `mae` | lower is better |" in text
    assert "## Nearer to the true value than before" in text


def test_what_cannot_be_compared_still_shows_the_plain_differences(runs):
    runs.commit(labelled())
    runs.commit(labelled(n=100), branch="other", split__seed=8)
    report = compare("main", "other")
    text = to_markdown(report)
    assert text.startswith("**not comparable**: ")
    assert "| `split.seed` | `7` | `8` |" in text
    assert "| test | `accuracy` | higher is better |" in text
    assert "Right before" not in text
    assert json.loads(to_json(report))["comparison"] is None
    assert "not comparable" in to_html(report, {})


def test_a_side_without_a_run_shows_the_metrics_of_the_other(runs):
    runs.git("add", "-A")
    runs.git("commit", "-qm", "nothing yet")
    runs.commit(labelled(), branch="other")
    text = to_markdown(compare("main", "other"))
    assert "| test | `accuracy` | higher is better | — | 0.7250 |" in text


def test_judged_on_the_validation_part_nothing_of_the_test_part_is_shown(runs):
    test = labelled(right=0.9)
    for seed, branch in enumerate(("main", "other")):
        validation = labelled(n=120, right=0.6 + 0.35 * seed, seed=seed).assign(part="validation")
        runs.commit(pd.concat([validation, test]), branch=branch)
    sides = load_side("main"), load_side("other")
    compared = compare_runs(*sides, part="validation")
    found = json.loads(to_json(compared))
    assert (found["verdict"], found["part"]) == ("better", "validation")
    assert {row["part"] for row in found["metrics"]} == {"validation"}
    assert set(found["base"]["metrics"]) == {"validation"}
    text = to_markdown(compared)
    assert "120 validation rows" in text
    assert "test row" not in text
    assert "test row" not in to_html(compared, {})


def test_of_another_model_the_hyperparameters_are_counted_and_the_page_lists_them(runs):
    runs.commit(labelled())
    runs.commit(labelled(seed=1), branch="other", model="knn", models={"knn": {"n": 3, "p": 2}})
    compared = compare_runs(load_side("main"), load_side("other"))
    text = to_markdown(compared)
    assert "| `model` | `svm` | `knn` |" in text
    assert "And the 3 hyperparameters of the two models" in text
    assert "models.knn.n" not in text
    assert "models.knn.n" in to_html(compared, {})
    assert len(json.loads(to_json(compared))["params"]) == 4


def test_a_comparison_that_counts_says_so(runs):
    runs.commit(labelled(right=0.6))
    runs.commit(labelled(right=0.95, seed=1), branch="other")
    compared = counted(load_side("main"), load_side("other"), "other")
    assert "Look 1 of this request, judged at .0304" in to_markdown(compared)
    found = json.loads(to_json(compared))
    assert (found["account"]["look"]["look"], found["account"]["asked"]) == (1, 1)
    assert found["comparison"]["alpha"] == compared.account.look.level
