import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from retrace.tools.pull_request.names import cell, code, prose, shorten

# GitHub looks for these in what is left after Markdown, but not in code.
ACTIVE = re.compile(r"@\w|#\d|://|<|www\.\w")

HOSTILE = st.text(alphabet="ab1@#|\\`<!->[](){}*_$~&:/.w \n\u202e", max_size=40)


def parsed(markdown):
    return MarkdownIt("commonmark").enable("table").parse(markdown)


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


def test_what_is_named_in_the_issue_is_harmless():
    evil = "@team <!-- -->|![x](y)"
    assert code(evil) == f"`{evil}`"
    assert cell(evil) == "`@team <!-- -->\\|![x](y)`"
    assert prose(evil) == "\\@\u200bteam \\<\\!-- --\\>\\|\\!\\[x\\](y)"
    assert code("a`b``c") == "```a`b``c```"


def test_a_long_name_is_cut_and_what_nobody_sees_is_dropped():
    assert shorten("a\u202eb\n c", 60) == "ab c"
    assert shorten("x" * 100, 60) == "x" * 59 + "…"
    assert len(code("`" * 500)) < 200


@pytest.mark.parametrize("name", ["a\\|b", "\\", "|", "a\\", "``|``"])
def test_bars_and_backslashes_keep_the_table_whole(name):
    table = f"| a | b |\n| --- | --- |\n| {cell(name)} | {cell(name)} |\n"
    assert [token.type for token in parsed(table)].count("td_open") == 2
