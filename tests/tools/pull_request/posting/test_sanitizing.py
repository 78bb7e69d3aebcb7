import re
import time

import pytest
from markdown_it import MarkdownIt

from retrace.tools.pull_request.posting.sanitizing import length, one_line, sanitize

ROOM = 60_000

CHART = """```mermaid
%%{init: {"xyChart": {"height": 320}, "themeVariables": {"xyChart": {"plotColorPalette": "#1f6fb4"}}}}%%
xychart-beta
    title "validation loss by epoch (blue: main, orange: this)"
    x-axis [1, 2, 3]
    y-axis "loss"
    line [1.98, 0.72, 2.4e-05]
```"""

REPORT = f"""**better**: `accuracy` 0.9933 against 0.9911

> [!WARNING]
> - 3 duplicates

### Metrics

| metric | main | this |
| --- | ---: | ---: |
| `f1_macro`, <=50K, a < b | [0.97, 0.99] | **0.99** (+0.01) |

{CHART}

<details>
<summary>Confusion matrix</summary>

| a \\| b | 1 |
| --- | --- |

</details>
"""

FORGED = '![](https://cml.dev/watermark.png#abc "CML watermark retrace")'

HOSTILE = {
    "mention": "hi @lab and @lab/team, mail a@lab.org",
    "mention by entity": "&#64;lab &#x40;lab &commat;lab",
    "mention behind a joiner": "@\u200dlab @\u2060lab @\ufefflab",
    "mention in a summary": "<details>\n<summary>@lab</summary>",
    "issue": "fixes #1, lab/other#2, GH-3, gh-4",
    "entity without its end": "<summary>&#x40team &#64team &#X40lab</summary>\n&#x40team",
    "reference in emphasis": "_GH-3_ *gh-4* __#5__",
    "escaped address": "http:\\//evil.example http:\\/\\/evil.example www\\.evil.example",
    "image": "![x](https://evil.example/pixel.png)",
    "image in a link": "[![x](https://evil.example/a.png)](https://evil.example)",
    "link in a link": "[a [b](https://evil.example/1)](https://evil.example/2)",
    "link with brackets": "[a](https://evil.example/(x)) [b](<https://evil.example/ y>)",
    "link over lines": "[a\nb](https://evil.example\n'title')",
    "image by reference": "![x][1]\n\n[1]: https://evil.example/pixel.png",
    "link by reference": "[x][] and [y]\n\n[x]: //evil.example\n  [y]:\n  https://evil.example",
    "footnote": "a[^1]\n\n[^1]: https://evil.example @lab",
    "bare address": "https://evil.example http://evil.example www.evil.example ftp://evil.example",
    "autolink": "<https://evil.example> <a@evil.example> <mailto:a@evil.example>",
    "html image": '<img src="https://evil.example/p.png"><IMG/SRC=x onerror=alert(1)>',
    "html link": '<a href="javascript:alert(1)">x</a>',
    "comment": "a <!-- hidden --> b <!-- unterminated",
    "nested comment": "<!-<!-- -->- x -->",
    "split tag": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "tag over lines": "<img\nsrc=https://evil.example/p.png>",
    "tag behind an invisible": "<\u200bimg src=x> <\u00adimg src=x> <\x00img src=x> <\U000e0001img x>",
    "declaration": "<!DOCTYPE x> <?php x ?> <![CDATA[ x ]]>",
    "details with attributes": "<details open onclick=x>\n<summary style=x>y</summary>\n</details>",
    "summary with html": "<summary><img src=https://evil.example></summary>",
    "forged mark": FORGED,
    "forged mark in a fence": f"```text\n{FORGED}\n```",
    "forged mark in a chart": CHART.replace("loss by", FORGED.replace('"', "")),
    "mark split by an invisible": FORGED.replace("water", "water\u200b"),
    "click": "```mermaid\nflowchart LR\n  A --> B\n  click A 'https://evil.example'\n```",
    "click in a chart": CHART.replace("    line", '    click A href "https://evil.example"\n    line'),
    "link in the settings": CHART.replace("#1f6fb4", "url(https://evil.example)"),
    "css in the settings": CHART.replace('{"xyChart": {"h', '{"themeCSS": "a{}", "xyChart": {"h'),
    "deep settings": CHART.replace("320", "[" * 5000),
    "settings in a title": CHART.replace("loss by", "%%{init: {'themeCSS': 'a{}'}}%%"),
    "settings in the names of an axis": CHART.replace("1, 2", "%%{init: {'themeCSS': 'a'}}%%"),
    "other settings": CHART.replace('{"xyChart": {"h', '{"securityLevel": "loose", "xyChart": {"h'),
    "front matter": CHART.replace("xychart-beta\n", "---\nconfig:\n  x: y\n---\nxychart-beta\n"),
    "map": '```geojson\n{"type": "Point"}\n```',
    "formula": "$\\href{https://evil.example}{x}$ $$x$$ $`x`$",
    "formula in a fence": "```math\n\\href{https://evil.example}{x}\n```",
    "tilde fence": "~~~mermaid\nflowchart LR\n~~~",
    "indented fence": "- x\n  ```mermaid\n  flowchart LR\n  ```",
    "fence in a quote": "> ```mermaid\n> flowchart LR\n> ```",
    "long fence": "````mermaid\nflowchart LR\n````",
    "fence that never ends": "```text\n<img src=x>\n",
    "fence that closes early": "```text\n x\n   ```\n<img src=https://evil.example>\n",
    "fence in a block of html": "<details>\n```text\n<img src=https://evil.example>\n```",
    "bidi": "\u202etxet neddih\u202c \u2066x\u2069",
    "nul": "a\x00b\x1b[31m",
    "carriage returns": "a\r<img src=x>\r\n```text\r\nx\r\n```\r\n<img src=x>",
}


def without_code(text):
    """Cut out the fences as CommonMark finds them: at the start of a line, after an empty one."""
    return re.sub(r"(?ms)^\n```[a-z]*\n.*?^```\n", "\n", f"\n{text}")


def check_harmless(text):
    assert not re.search(r"CML watermark|watermark\.png", text)
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]", text)
    assert not re.search("(?m)^```(?!$|text|mermaid|json)", text)
    live = without_code(text)
    tags = re.findall(r"<[A-Za-z/!?][^>]*", live)
    assert set(tags) <= {"<details", "</details", "<summary", "</summary"}
    assert not re.search(r"!?\[[^\]]*\][(\[:]|@\w|#\d|\w:\\?/\\?/|\bwww\\?\.|(?i:gh-\d)|\$", live)
    assert not re.search(r"(?i)&(#|commat)|gh-\d", live)
    assert live.count("<details>") == live.count("</details>")
    for chart in re.findall(r"(?ms)^```mermaid\n(.*?)^```", text):
        assert "xychart-beta" in chart
        assert not re.search("click|url|themeCSS|securityLevel|config", chart)


@pytest.mark.parametrize("kind", HOSTILE)
def test_nothing_live_is_left_of(kind):
    check_harmless(sanitize(f"text\n{HOSTILE[kind]}\nmore text", ROOM))


def rendered(text):
    """Yield all tokens that a CommonMark parser sees, with tables and raw HTML."""
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(text):
        yield from (token, *(token.children or ()))


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("frame", ["{}", "> {}", "- a\n\n  {}", "| {} |\n| --- |", "<details>\n{}"])
def test_a_parser_finds_no_link_image_or_tag_in(kind, frame):
    said = sanitize(frame.format(HOSTILE[kind]), ROOM)
    for token in rendered(said):
        assert token.type not in {"link_open", "image", "html_inline"}, token
        if token.type == "html_block":
            tag = r"<details>(<summary>[^<]*</summary>)?|</details>|<summary>[^<]*</summary>"
            assert re.fullmatch(tag, token.content.strip())


def test_all_of_it_at_once_is_harmless_too():
    check_harmless(sanitize("\n".join(HOSTILE.values()), ROOM))
    check_harmless(sanitize(" ".join(HOSTILE.values()), ROOM))
    check_harmless(sanitize("\n\n".join(f"> - {each}" for each in HOSTILE.values()), ROOM))


def test_a_report_stays_as_it_is_but_for_empty_lines():
    def lines(text):
        return [line for line in text.splitlines() if line]

    assert lines(sanitize(REPORT, ROOM)) == lines(REPORT)


def test_the_words_of_a_link_stay_and_its_address_goes():
    said = sanitize("see [the log](https://evil.example/x) and ![a chart](x.png)", ROOM)
    assert said == "see the log and a chart\n"


@pytest.mark.parametrize(
    "text",
    [
        ("```mermaid\nxychart-beta\n" + " " * 3_999 + "x\n```\n") * 60,
        ("```mermaid\nxychart-beta\n" + "line " * 700 + "\n```\n") * 60,
        "```mermaid\n" * 20_000,
        "<details>\n<summary>" + "</summary> " * 20_000,
    ],
)
def test_no_text_takes_seconds(text):
    start = time.process_time()
    sanitize(text, ROOM)
    assert time.process_time() - start < 2


def test_a_tag_stands_apart_so_that_markdown_works_inside_of_it():
    said = sanitize("text\n<details><summary>More</summary>\n| a |\n</details>\ntext", ROOM)
    assert said == "text\n\n<details><summary>More</summary>\n\n| a |\n\n</details>\n\ntext\n"


@pytest.mark.parametrize(
    "text",
    [
        "<details>\n" * 3 + "x",
        "<details>\n" * 5000,
        "</details>\n" * 3 + "x",
        "<details>\n```text\n</details>\n```\nx",
        "```text\n<details>\n```\nx",
        "<details>\n" * 9 + "</details>\n" * 9,
    ],
)
def test_what_follows_is_never_folded_away(text):
    live = without_code(sanitize(text, ROOM))
    depth = 0
    for tag in re.findall(r"</?details>", live):
        depth += 1 if tag == "<details>" else -1
        assert depth >= 0
    assert depth == 0


def test_a_long_text_is_cut_at_a_heading_with_a_note():
    sections = [f"### Section {i}\n\n" + "words and more words\n" * 40 for i in range(100)]
    said = sanitize("\n".join(sections), 20_000)
    assert length(said) <= 20_000
    assert said.rstrip().endswith("it is in the artifact.")
    assert said.split("> [!NOTE]")[0].rstrip().endswith("words and more words")
    assert said.count("words and more words") == 40 * said.count("### Section")


@pytest.mark.parametrize(
    "text", ["x" * 300_000, "@" * 300_000, "🎉" * 300_000, "<details>\n@\n" * 30_000, "```\n" * 90_000]
)
def test_the_limit_holds_whatever_is_written(text):
    assert length(sanitize(text, 10_000)) <= 10_000


@pytest.mark.parametrize(
    "piece", ["[", "![", "[](", "[a](b", "](", "<", "&#", "<!--", "`", "> ", "@a", "a]("]
)
def test_a_long_line_costs_no_time(piece):
    started = time.perf_counter()
    sanitize(piece * (400_000 // len(piece)), ROOM)
    sanitize((piece * (3_900 // len(piece)) + "\n") * 60, ROOM)
    assert time.perf_counter() - started < 5


def test_the_name_of_a_branch_cannot_leave_its_code():
    assert one_line("x`](https://evil.example)@lab<b>") == "`x???https?//evil.example??lab?b?`"
    assert one_line("y" * 300) == f"`{'y' * 100}`"
