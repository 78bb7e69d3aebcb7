import json
import subprocess
import sys
import unicodedata

import pytest

from project import ROOT
from retrace.reporting.templating import (
    html_prose,
    json_in_script,
    markdown_cell,
    markdown_code,
    markdown_prose,
    render,
    script_hash,
    security_policy,
)


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


def test_json_in_a_script_cannot_end_its_element_and_stays_the_same_value():
    values = ["</script>", "<!--", "\u2028\u2029"]
    written = json_in_script(json.dumps(values, ensure_ascii=False))
    assert not set("<\u2028\u2029") & set(written)
    assert json.loads(written) == values


def test_a_script_is_known_by_the_hash_that_a_policy_asks_for():
    # The example of https://www.w3.org/TR/CSP3/ section 6.7.3.3.
    assert script_hash("alert('Hello, world.');") == (
        "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng="
    )


def test_no_name_turns_the_order_of_letters_around(tmp_path):
    (tmp_path / "page.md.j2").write_text("{{ name | cell }} {{ name | code }} {{ name | prose }}")
    written = render(tmp_path / "page.md.j2", {"name": "\u202egpj.exe\u2066"})
    assert not {unicodedata.bidirectional(letter) for letter in written} & {"RLO", "LRI"}
    assert written.count("gpj.exe") == 3


@pytest.mark.parametrize("page", sorted((ROOT / "src").rglob("*.html.j2")), ids=lambda page: page.name)
def test_every_page_says_what_a_browser_may_do(page):
    text = page.read_text()
    assert "<head>" not in text or "{{ security_policy(" in text


def test_a_page_without_scripts_runs_none_and_sends_nothing():
    policy = security_policy()
    for part in ("default-src 'none'", "base-uri 'none'", "form-action 'none'", "script-src 'none'"):
        assert part in policy
    assert security_policy(["sha256-x"]).endswith("; script-src 'sha256-x'\">")


def test_a_template_is_filled_without_what_draws_figures():
    show = "import retrace.reporting.templating, sys; print('matplotlib' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
