import html.parser
import json
import re
from types import SimpleNamespace

import pytest

from retrace.tools.dashboard.page import contents, render, vega_library
from retrace.tools.dashboard.ranking import Standing
from run_files import CLASSES, history_table, predictions_table

EVIL = "</script><b onclick=alert(1)>'\"&"


def page_of(*runs, judged=None):
    judged = {run.revision: Standing(verdict="base") for run in runs} | (judged or {})
    found = contents(list(runs), judged, runs[0], "accuracy")
    return SimpleNamespace(found=found, columns={c["key"]: c for c in found["columns"]})


def test_validation_metrics_stand_first_and_test_scores_apart(make_run):
    columns = page_of(make_run("one"), make_run("two", params={"seed": 2})).found["columns"]
    assert [(c["kind"], c["key"]) for c in columns[:4]] == [
        ("validation", "validation.accuracy"),
        ("validation", "validation.f1_macro"),
        ("validation", "validation.log_loss"),
        ("param", "seed"),
    ]
    assert {c["kind"] for c in columns[4:]} == {"other"}
    assert columns[2]["lower"]


def test_only_params_that_differ_have_a_column(make_run):
    runs = [
        make_run("one", params={"models.mlp.layers": [8], "same": 1, "own": None}),
        make_run("two", params={"models.mlp.layers": [8, 8], "same": 1, "own": 3}),
        make_run("three", params={"same": 1}),
    ]
    page = page_of(*runs)
    assert [key for key, c in page.columns.items() if c["kind"] == "param"] == [
        "models.mlp.layers",
        "own",
    ]
    assert not page.columns["models.mlp.layers"]["numeric"]
    values = [run["values"][list(page.columns).index("models.mlp.layers")] for run in page.found["runs"]]
    assert values == ["[8]", "[8, 8]", None]


def test_scores_of_an_older_layout_are_not_for_choosing(make_run):
    old = make_run("old", metrics={"accuracy": 0.9})
    page = page_of(make_run("new"), old)
    assert page.columns["accuracy"]["kind"] == "other"
    assert page.found["runs"][1]["state"] == "no validation metrics"


def test_names_are_quoted_for_the_shell(make_run):
    page = page_of(make_run("$(rm -rf .)"), make_run("plain"))
    assert [run["argument"] for run in page.found["runs"]] == ["'$(rm -rf .)'", "plain"]


def test_two_experiments_of_one_name_are_told_apart_by_their_commits(make_run):
    runs = [make_run("fox"), make_run("other", experiment="fox")]
    assert [run["argument"] for run in page_of(*runs).found["runs"]] == [r.revision[:12] for r in runs]


def test_pictures_are_of_the_validation_part(make_run):
    run = make_run("fox", table=predictions_table(n=90), history=history_table())
    found = page_of(run).found
    assert found["classes"] == [CLASSES]
    assert sum(n for _, _, n in found["runs"][0]["cells"]) == 60
    assert len(found["runs"][0]["curves"]["epoch"]) == 20


class Tags(html.parser.HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.seen = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def test_names_from_the_data_stay_text(make_run):
    run = make_run(EVIL, table=predictions_table(), branches=(EVIL,), params={"note": EVIL})
    page = render(page_of(run, make_run("two", params={"note": 1})).found, "var vega;")
    tags = Tags(page).seen
    assert "b" not in {tag for tag, _ in tags}
    assert [tag for tag, _ in tags].count("script") == 3
    text = re.search(r'type="application/json">(.*?)</script>', page, flags=re.DOTALL).group(1)
    assert json.loads(text)["runs"][0]["name"] == EVIL


def test_the_policy_allows_the_pages_own_scripts_and_nothing_else(make_run):
    page = render(page_of(make_run("fox")).found, "var vega;")
    policy = next(a["content"] for tag, a in Tags(page).seen if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'")
    assert len(re.findall("'sha256-", policy)) == 2
    assert "unsafe-eval" not in policy
    assert "script-src 'unsafe-inline'" not in policy
    assert not [a for _, a in Tags(page).seen if "src" in a or a.get("href", "data:,") != "data:,"]


@pytest.mark.slow
def test_the_library_is_bundled_once_and_cannot_end_its_element(bundled, monkeypatch):
    monkeypatch.chdir(bundled)
    monkeypatch.delattr("vl_convert.javascript_bundle")
    library = vega_library()
    assert "</script" not in library
    assert "vegaEmbed" in library
