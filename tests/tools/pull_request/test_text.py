import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from made_runs import labelled, valued
from retrace.core.errors import RetraceError
from retrace.tools.pull_request.text import (
    LIMIT,
    Section,
    cell,
    code,
    comment_here,
    fit,
    length,
    prose,
    shorten,
)

EVIL = "@team <!-- -->|![x](y) `` #1"

# GitHub looks for these in what is left after Markdown, but not in code.
ACTIVE = re.compile(r"@\w|#\d|://|<|www\.\w")

HOSTILE = st.text(alphabet="ab1@#|\\`<!->[](){}*_$~&:/.w \n\u202e", max_size=40)

SECTIONS = st.lists(
    st.builds(
        lambda title, letter, n, importance: Section(title, letter * n, importance),
        st.text(max_size=10),
        st.sampled_from("aé😀"),
        st.integers(0, 40_000),
        st.integers(0, 100),
    ),
    min_size=1,
    max_size=8,
)

TAGS = ("<details>", "</details>", "<summary>", "</summary>")


def opened(base=None):
    """Write the comment on the test part."""
    return comment_here(base, "test", keep=False)[0]


def parsed(text):
    return MarkdownIt("commonmark").enable("table").parse(text)


def titles(text):
    return re.findall(r"^### (.+)$|^<summary>(.+)</summary>$", text, flags=re.MULTILINE)


def test_a_better_model_has_every_section_in_its_order(runs):
    runs.commit(labelled(right=0.6))
    runs.commit(labelled(right=0.95, seed=1), branch="other", models__svm__C=3.0)
    text = opened("main")
    assert text.startswith("▲ **better**: `accuracy` ")
    assert [first or second for first, second in titles(text)] == [
        "Metrics",
        "What changed",
        "Classes",
        "Confusion matrix, and in brackets what changed",
        *re.findall(r"<summary>(Right before.*|Wrong before.*)</summary>", text),
        "Made from",
    ]
    assert "| **`accuracy`** (tested) | 0.5500 | 0.9400 | +0.3900 |" in text
    assert "| `models.svm.C` | `1.0` | `3.0` |" in text


def test_a_branch_behind_shows_both_differences(runs):
    runs.commit(labelled(right=0.9))
    runs.commit(labelled(right=0.9, seed=1), branch="other", models__svm__C=3.0)
    runs.git("switch", "-q", "main")
    runs.commit(labelled(right=0.5), seed=9)
    runs.git("switch", "-q", "other")
    text = opened("main")
    assert re.search(r"\| 200 test rows \| `main` \| this \| difference \| since `\w{7}` \|", text)
    assert "On `main` there also changed since: `seed`." in text
    tables = [line for line in text.splitlines() if line.startswith("| ") and "(tested)" in line]
    assert tables[0].count("|") == 6


def test_a_first_run_reads_well(runs):
    runs.git("add", "-A")
    runs.git("commit", "-qm", "nothing yet")
    runs.commit(labelled(), branch="other")
    text = opened("main")
    assert text.startswith("● **first run**: `accuracy` 0.7250 on 200 test rows")
    assert "| `accuracy` | 0.7250 |" in text
    assert "| `models.svm.C` | `1.0` |" in text
    assert "None" not in text
    assert "What changed" not in text


def test_the_same_run_says_little(runs):
    runs.commit(labelled())
    runs.git("switch", "-qc", "other")
    text = opened("main")
    assert text.startswith("= **the same run**: `dvc.lock` is that of `main`; `accuracy` 0.7250")
    assert "What changed" not in text
    assert "in brackets" not in text


def test_a_regression_has_no_confusion(runs):
    runs.commit(valued(noise=3.0), metric="mae")
    runs.commit(valued(noise=1.0, seed=1), branch="other", metric="mae")
    text = opened("main")
    assert "| **`mae`** (tested), lower is better |" in text
    assert "Nearer to the true value than before" in text
    assert "Confusion" not in text
    assert "Classes" not in text


def test_no_run_is_said_in_one_line(runs):
    runs.commit(labelled())
    runs.write("metrics.json", "{}")
    assert opened("main").startswith("✗ **no result**: there is no finished run here")
    runs.write("params.yaml", "a: [\n")
    assert opened("main").startswith("✗ **no result**: params.yaml of workspace is not valid YAML")


@pytest.fixture
def evil(runs):
    names = {"classes": (EVIL, "b"), "id": [f"{row}{EVIL}" for row in range(200)]}
    runs.commit(labelled(right=0.6, **names))
    runs.commit(
        labelled(right=0.95, seed=1, **names), branch="other", model="t", models={"t": {EVIL: EVIL}}
    )
    return opened("main")


def test_hostile_names_bring_no_markup_and_mention_nobody(evil):
    inline = [child for token in parsed(evil) if token.type == "inline" for child in token.children]
    assert {child.type for child in inline} <= {
        "text", "code_inline", "softbreak", "strong_open", "strong_close", "text_special",
    }  # fmt: skip
    assert not re.search(
        r"@\w|<|#\d", "".join(child.content for child in inline if child.type == "text")
    )
    blocks = "".join(token.content for token in parsed(evil) if token.type == "html_block")
    assert set(re.findall(r"<[^>]*>", blocks)) <= set(TAGS)


def test_hostile_names_keep_tables_whole(evil):
    rows = []
    for token in parsed(evil):
        if token.type == "tr_open":
            rows.append(0)
        if token.type in ("th_open", "td_open"):
            rows[-1] += 1
        if token.type == "table_close":
            assert len(set(rows)) == 1
            rows = []
    shown = [token.content for token in parsed(evil) if token.type == "inline"]
    assert sum("![x](y)" in text for text in shown) > 10


def test_many_of_everything_stays_within_the_limit(runs):
    many = {"classes": tuple(f"class {code:03} {'x|`' * 20}" for code in range(200)), "n": 600}
    runs.commit(labelled(right=0.2, **many))
    params = {f"p{number:03}{'y' * 50}": "z" * 100 for number in range(500)}
    runs.commit(labelled(right=0.9, seed=1, **many), branch="other", models={"svm": params})
    text = opened("main")
    assert length(text) <= LIMIT
    assert "And 449 more." in text
    assert "200 classes. The pairs that changed most, 20 of " in text
    assert re.search(r"Recall changed in \d+ of 200 classes; the most in:", text)


def test_every_fold_is_closed(runs):
    runs.commit(labelled(right=0.6))
    runs.commit(labelled(right=0.95, seed=1), branch="other")
    text = opened("main")
    folds = re.findall(r"^</?details>$", text, flags=re.MULTILINE)
    assert folds == ["<details>", "</details>"] * text.count("<details>")
    assert re.findall(r"^<summary>[^<>\n]+</summary>\n\n", text, flags=re.MULTILINE)


def test_an_error_is_not_the_end(runs, monkeypatch):
    def fails(*_, **__):
        raise RetraceError("@you broke `it`", details=["line 1"])

    monkeypatch.setattr("retrace.tools.pull_request.text.gather", fails)
    assert opened() == "✗ **no result**: \\@\u200byou broke `it`; line 1\n"


def texts(markdown, kind="text"):
    inline = [token for token in parsed(markdown) if token.type == "inline"]
    return [child.content for token in inline for child in token.children if child.type == kind]


@settings(deadline=None, derandomize=True)
@given(HOSTILE)
def test_any_name_is_one_piece_of_code(name):
    assert texts(f"x {code(name)} y", "code_inline") == [shorten(name, 60).replace("\n", " ") or '""']
    assert texts(f"x {code(name)} y") == ["x ", " y"]


@settings(deadline=None, derandomize=True)
@given(HOSTILE, HOSTILE)
@example("a\\|b", "``|``")
@example("a\\", "|")
def test_any_name_stays_in_its_cell(first, second):
    table = f"| {cell(first)} | {cell(second)} |\n| --- | --- |\n| {cell(second)} | {cell(first)} |\n"
    assert [token.type for token in parsed(table)].count("td_open") == 2
    assert len(texts(table, "code_inline")) == 4
    assert "".join(texts(table)) == ""


@settings(deadline=None, derandomize=True)
@given(HOSTILE)
def test_any_sentence_mentions_nobody_and_brings_no_markup(sentence):
    left = parsed(f"x {prose(sentence)} y")
    kinds = {child.type for token in left if token.type == "inline" for child in token.children}
    assert kinds <= {"text", "code_inline", "text_special"}
    whole = "".join(texts(f"x {prose(sentence)} y"))
    assert not ACTIVE.search(whole.replace("<", ""))


def test_a_long_name_is_cut_and_what_nobody_sees_is_dropped():
    assert shorten("a\u202eb\n c", 60) == "ab c"
    assert shorten("x" * 100, 60) == "x" * 59 + "…"
    assert len(code("`" * 500)) < 200


@settings(deadline=None, derandomize=True)
@given(SECTIONS)
def test_no_text_is_longer_than_allowed(sections):
    assert length(fit(sections)) <= LIMIT


def test_the_least_important_sections_go_first_and_are_named():
    titles = ("Verdict", "Rows", "Metrics")
    sections = [Section(title, title[0] * 300, place) for place, title in enumerate(titles)]
    assert fit(sections) == "\n\n".join(section.text for section in sections) + "\n"
    cut = fit(sections, limit=800)
    assert "R" * 300 not in cut
    assert "M" * 300 in cut
    assert "Left out, as a comment has room for 60,000 characters: Rows." in cut


def test_a_verdict_that_is_too_long_is_cut_with_a_note():
    text = fit([Section("Verdict", "😀" * 1000, 0)], limit=500)
    assert length(text) <= 500
    assert text.rstrip().endswith("*Cut here: a comment has no room for more.*")


def test_an_empty_section_leaves_no_gap():
    assert fit([Section("a", "x", 1), Section("b", " \n", 1), Section("c", "y", 1)]) == "x\n\ny\n"
