import pytest

from retrace.reporting.templating import html_prose, markdown_cell, markdown_code, markdown_prose, render


def test_a_cell_keeps_no_markup():
    assert markdown_cell("a|b\n<i>*x*") == r"a\|b \<i\>\*x\*"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("f1_macro", "`f1_macro`"),
        ("a|b", r"`a\|b`"),
        ("a`b", "``a`b``"),
        ("", '`""`'),
        ("@you", "`@you`"),
        ("a\\|", r"`a\¦`"),
    ],
)
def test_a_name_is_code_where_it_can_be(name, shown):
    assert markdown_code(name) == shown


def test_a_sentence_mentions_nobody():
    assert markdown_cell("@you") == "\\@\u200byou"
    assert "://" not in markdown_prose("see https://example.org")


def test_prose_keeps_its_code_and_escapes_the_rest():
    assert markdown_prose("run `dvc pull x_y` for a_b") == r"run `dvc pull x_y` for a\_b"
    assert markdown_prose("one ` alone") == r"one \` alone"
    assert markdown_prose("a ``b` c") == r"a 'b\` c"
    assert html_prose("run `a<b` & go") == "run <code>a&lt;b</code> &amp; go"
    assert html_prose("one ` <b>") == "one ` &lt;b&gt;"


def test_a_page_is_escaped_and_a_forgotten_name_is_an_error(tmp_path):
    (tmp_path / "page.html.j2").write_text("{{ name }}")
    assert render(tmp_path / "page.html.j2", {"name": "<b>"}) == "&lt;b&gt;"
    with pytest.raises(Exception, match="'name' is undefined"):
        render(tmp_path / "page.html.j2", {})
