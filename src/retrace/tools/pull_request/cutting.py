"""Sections in, one text out that GitHub takes."""

from collections.abc import Sequence
from dataclasses import dataclass

LIMIT = 60_000  # GitHub takes 65,536; the job that posts the comment adds to it

CUT = "\n\n*Cut here: a comment has no room for more.*\n"


@dataclass(frozen=True)
class Section:
    """A part of a comment; where room is short, the least important ones go first."""

    title: str
    text: str
    importance: int


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
