"""Markdown that a stranger may have written, made harmless without being rendered.

Nothing here depends on parsing Markdown as GitHub does: what a construct needs in order to work (the
``<`` of a tag, the ``](`` of a link, the letter right after an ``@``) is taken away from all text,
wherever it stands. Only what this module writes itself stays alive: fences of code and charts, and
<details> with its <summary>.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator

BREAK = "\u200b"  # zero-width space: unseen, and no longer the same word

LONGEST_LINE = 4_000

FENCE = re.compile(r"```([a-z]*)$")
CLOSING = re.compile(r"\s*```")
LANGUAGES = {"", "bash", "console", "diff", "ini", "json", "python", "text", "yaml"}

# An empty line before a tag makes it one wherever it stands.
OPENS, CLOSES = "\n<details>", "\n</details>\n\n"
OPENING = re.compile(r"<details>(?:\s*<summary>(?P<summary>.*)</summary>)?\s*$")
SUMMARY = re.compile(r"<summary>(?P<summary>.*)</summary>\s*$")

# What a chart is made of; other Mermaid diagrams can carry links, and nothing here needs them.
# No braces: Mermaid finds settings, %%{...}%%, inside of a title too.
TITLE = r'"[^"<>{}]*"'
NUMBERS = r"\[[-+\d.eE, ]*\]"
CHART = re.compile(
    rf"""xychart-beta(?:\ horizontal)?
        | title\ {TITLE}
        | [xy]-axis(?:\ {TITLE})?(?:\ (?:\[[^\]<>{{}}]*\]|[-+\d.eE]+\ -->\ [-+\d.eE]+))?
        | (?:line|bar)(?:\ {TITLE})?\ {NUMBERS}
    """,
    re.VERBOSE,
)
SETTINGS = re.compile(r"%%\{init: (?P<settings>\{.*\})\}%%\s*$")
PLAIN_SETTING = re.compile(r"[\w#, .%-]*")

# Where HTML is left, as in a summary, a number needs no semicolon.
ENTITY = re.compile(r"&(?=#|\w+;)(?!(?:amp|lt|gt|quot|nbsp);)")
IMAGE_OR_LINK = re.compile(r"!?\[([^\[\]]*)\]\(([^()\n]|\([^()\n]*\))*\)")
RULES = (
    (IMAGE_OR_LINK, r"\1"),
    (re.compile("&#39;"), "'"),
    (ENTITY, "&amp;"),
    (re.compile(r"<(?=[A-Za-z/!?])"), "&lt;"),
    (re.compile(r"\](?=[(\[:])"), "]" + BREAK),
    (re.compile(r"!(?=\[)"), "!" + BREAK),
    (re.compile(r"@"), "@" + BREAK),
    (re.compile(r"#(?=\d)"), "#" + BREAK),
    (re.compile(r"(?i)(gh)-(?=\d)"), r"\1-" + BREAK),
    (re.compile(r":(?=\\?/\\?/)"), ":" + BREAK),
    (re.compile(r"(?i)(www)(?=\\?\.)"), r"\1" + BREAK),
    (re.compile(r"\$"), "\uff04"),  # or it opens a formula
    (re.compile(r"`{3,}"), "``"),
    (re.compile(r"~{3,}"), "~~"),
)
MARK = re.compile(r"(?i)water(?=mark)")  # CML knows its comments by one, and the true one comes last

DEEPEST = 4
ROOM_TO_CLOSE = DEEPEST * len(CLOSES)

CUT = "\n\n> [!NOTE]\n> The rest did not fit into a comment: it is in the artifact.\n"


def sanitize(text: str, longest: int) -> str:
    """Return Markdown without mentions, HTML, images, links, references and marks.

    Parameters
    ----------
    text : str
        Of whatever origin.
    longest : int
        So many characters the result has at most; it is cut at a heading where one is near.

    Notes
    -----
    Kept are headings, tables, lists, emphasis, code, charts, and ``<details>`` and ``<summary>``, each
    alone at the start of a line.
    """
    readable = _visible(text[: 4 * longest])
    blocks = list(_paired(_blocks(readable.split("\n"))))
    if sum(map(length, blocks)) > longest or len(text) > 4 * longest:
        blocks = [*_paired(_fitting(blocks, longest - length(CUT) - ROOM_TO_CLOSE)), CUT]
    return "".join(blocks).strip("\n") + "\n"


def length(text: str) -> int:
    """Count as GitHub may count: a character outside the basic plane is two."""
    return len(text.encode("utf-16-le")) // 2


def one_line(text: str) -> str:
    """Return a name, such as a branch's, as inline code that ends where it should."""
    kept = re.sub(r"[^\w./+=,-]", "?", _visible(text))
    return f"`{kept[:100]}`"


def _visible(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")


def _blocks(lines: list[str]) -> Iterator[str]:
    """Yield text that is whole in itself: a tag, a fence with its content, or one line."""
    position = 0
    while position < len(lines):
        line = lines[position]
        position += 1
        if fence := FENCE.match(line):
            end = next((i for i in range(position, len(lines)) if CLOSING.match(lines[i])), len(lines))
            block = _fence(fence[1], lines[position:end])
            position = end + 1
        else:
            block = _tag(line) or _harmless(line) + "\n"
        yield MARK.sub("water" + BREAK, block)


def _paired(blocks: Iterable[str]) -> Iterator[str]:
    """Close what is open: what follows must not end up folded inside of it."""
    depth = 0
    for block in blocks:
        if block.startswith(OPENS):
            if depth == DEEPEST:
                continue
            depth += 1
        elif block == CLOSES:
            if depth == 0:
                continue
            depth -= 1
        yield block
    yield from [CLOSES] * depth


def _fence(language: str, content: list[str]) -> str:
    content = [_shortened(line) for line in content]
    if language == "mermaid" and not _is_chart(content):
        language = "text"
    elif language not in {*LANGUAGES, "mermaid"}:
        language = ""
    # The empty line before it ends whatever GitHub may take the lines above for.
    return "\n".join(["", f"```{language}", *content, "```", "", ""])


def _is_chart(content: list[str]) -> bool:
    # Stripped here: a pattern with white space at both ends tries each way to share it out.
    lines = [line.strip() for line in content if line.strip()]
    if lines and (settings := SETTINGS.match(lines[0])):
        lines = lines[1:]
        if not _are_plain(settings["settings"]):
            return False
    return bool(lines) and lines[0].startswith("xychart-beta") and all(map(CHART.fullmatch, lines))


def _are_plain(settings: str) -> bool:
    """Tell whether settings of a chart hold colours and sizes and nothing else."""
    try:
        values = json.loads(settings)
    except (ValueError, RecursionError):
        return False
    known = isinstance(values, dict) and set(values) <= {"themeVariables", "xyChart"}
    return known and all(map(_is_plain, values.values()))


def _is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(PLAIN_SETTING.fullmatch(key) and _is_plain(value[key]) for key in value)
    return isinstance(value, int | float) or (
        isinstance(value, str) and bool(PLAIN_SETTING.fullmatch(value))
    )


def _tag(line: str) -> str:
    if line.rstrip() == "</details>":
        return CLOSES
    if match := OPENING.match(line):
        return f"{OPENS}{_summary(match['summary'])}\n\n"
    if match := SUMMARY.match(line):
        return f"{_summary(match['summary'])}\n\n"
    return ""


def _summary(text: str | None) -> str:
    return f"<summary>{_harmless(text)}</summary>" if text else ""


def _harmless(line: str) -> str:
    line = _shortened(line)
    for pattern, replacement in RULES:
        line = pattern.sub(replacement, line)
    return line


def _shortened(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + "…"


def _fitting(blocks: list[str], room: int) -> list[str]:
    kept, heading = [], 0
    for number, block in enumerate(blocks):
        room -= length(block)
        if room < 0:
            break
        if block.startswith("#"):
            heading = number
        kept.append(block)
    return kept[:heading] if heading > len(kept) // 2 else kept
