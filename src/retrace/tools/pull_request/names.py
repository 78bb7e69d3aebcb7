"""Names and sentences from data into a comment: short, on one line, and without what nobody sees."""

import unicodedata

from retrace.reporting.templating import markdown_code, markdown_fenced, markdown_prose

NAME = 60
SENTENCE = 600


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
