"""A pull request in, the text of its comment out: escaped, and no longer than GitHub takes."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrace.core.errors import RetraceError
from retrace.reporting.templating import markdown_code, markdown_fenced, markdown_prose, render
from retrace.tools.pull_request import cautions
from retrace.tools.pull_request.gathering import Request, gather
from retrace.tools.pull_request.headline import MARKS, NOTHING, headline
from retrace.tools.pull_request.sections import SECTIONS
from retrace.tools.repository.differences import ABSENT
from retrace.tools.significance.looks import Account
from retrace.tools.significance.wording import number, signed

TEMPLATES = Path(__file__).with_name("templates")

LIMIT = 60_000  # GitHub takes 65,536; the job that posts the comment adds to it

CUT = "\n\n*Cut here: a comment has no room for more.*\n"

# Characters of a name from the data and of a sentence.
NAME = 60
SENTENCE = 600


@dataclass(frozen=True)
class Section:
    """A part of a comment; where room is short, the least important ones go first."""

    title: str
    text: str
    importance: int


def comment_here(
    base: str | None = None, part: str = "validation", *, keep: bool = True
) -> tuple[str, Account | None]:
    """Write the comment for the workspace; a file that cannot be read is what it says then.

    Parameters
    ----------
    base, part, keep
        As in `gather`.

    Returns
    -------
    text : str
    account : Account or None
        Of the look at the test part that the text tells of.
    """
    try:
        request = gather(base, part, keep=keep)
        return comment(request), request.compared.account if request.compared else None
    except RetraceError as error:
        sentence = "; ".join([str(error), *error.details])
        return f"{MARKS[NOTHING]} **{NOTHING}**: {prose(sentence, 2000)}\n", None


def comment(request: Request) -> str:
    """Write the comment: the verdict first, and never more than GitHub takes."""
    said = {
        "said": headline(request),
        "warnings": cautions.warnings(request),
        "notes": cautions.notes(request),
    }
    sections = [Section("Verdict", _fill("verdict", request, said), 100)]
    for title, template, importance, show in SECTIONS if request.head.ran else []:
        if (context := show(request)) is not None:
            sections.append(Section(title, _fill(template, request, context), importance))
    return fit(sections)


def _fill(template: str, request: Request, context: dict[str, Any]) -> str:
    common = {
        "request": request,
        "base": cell(request.base_name),
        "cell": cell,
        "code": code,
        "prose": prose,
        "value": lambda text: text if text == ABSENT else cell(text),
        "number": number,
        "signed": signed,
    }
    return render(TEMPLATES / f"{template}.md.j2", common | context)


def fit(sections: Sequence[Section], limit: int = LIMIT) -> str:
    """Join sections, and leave out as many as it takes to stay within the limit.

    Parameters
    ----------
    sections : sequence of Section
        In the order of the text. The first is never left out, only cut.
    limit : int
        In UTF-16 units, so that an emoji counts twice, as it may on GitHub.
    """
    kept, left_out = [section for section in sections if section.text.strip()], list[str]()
    while length(text := _joined(kept, left_out)) > limit and len(kept) > 1:
        least = min(kept[1:], key=lambda section: section.importance)
        kept.remove(least)
        left_out.append(least.title)
    return text if length(text) <= limit else _cut(text, limit)


def length(text: str) -> int:
    """Count UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _joined(kept: Sequence[Section], left_out: Sequence[str]) -> str:
    texts = [section.text.strip() for section in kept]
    if left_out:
        texts.append(
            f"*Left out, as a comment has room for {LIMIT:,} characters: {', '.join(left_out)}."
            " See report/index.html and `retrace compare`.*"
        )
    return "\n\n".join(texts) + "\n"


def _cut(text: str, limit: int) -> str:
    room = max(limit - length(CUT), 0)
    short = text.encode("utf-16-le", "surrogatepass")[: 2 * room].decode("utf-16-le", "ignore")
    return (short + CUT)[:limit]


def code(value: object, most: int = NAME) -> str:
    """Show a name as code, whatever is in it."""
    return markdown_fenced(shorten(value, most) or '""')


def cell(value: object, most: int = NAME) -> str:
    """Show a name as code in a table."""
    return markdown_code(shorten(value, most))


def prose(text: object, most: int = SENTENCE) -> str:
    """Escape a sentence, but keep what stands in pairs of single backticks as code."""
    return markdown_prose(shorten(text, most))


def shorten(value: object, most: int) -> str:
    """Put a text on one line of so many characters, without those that nobody sees."""
    line = " ".join(str(value).split())
    seen = "".join(char for char in line if unicodedata.category(char)[0] != "C")
    return seen if len(seen) <= most else f"{seen[: most - 1]}…"
