"""Names and sentences from data into a comment: short, without markup of their own, mentioning nobody.

A class, a column or a value may be called anything. GitHub looks for mentions, issues and links in what
Markdown has left of a text, so a backslash does not stop them: code does, and so does a space of no
width.
"""

import re
import unicodedata

from retrace.templating import markdown_prose

NAME = 60
SENTENCE = 600

NO_WIDTH = "\u200b"


def code(value: object, most: int = NAME) -> str:
    """Show a name as code, whatever is in it."""
    text = shorten(value, most) or '""'
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def cell(value: object, most: int = NAME) -> str:
    """Show a name as code in a table."""
    # GitHub reads \\| as an escaped backslash and the end of the cell, even inside of code.
    bar = "\\|" if "\\" not in str(value) else "¦"
    return code(value, most).replace("|", bar)


def prose(text: object, most: int = SENTENCE) -> str:
    """Escape a sentence, but keep what stands in pairs of single backticks as code."""
    # A run of several backticks would pair otherwise than one by one.
    sentence = re.sub("`{2,}", "'", shorten(text, most))
    apart = re.sub(r"([@#]|\bwww(?=\.))(?=\S)|:(?=//)", rf"\g<0>{NO_WIDTH}", sentence)
    return markdown_prose(apart)


def shorten(value: object, most: int) -> str:
    """Put a text on one line of so many characters, without those that nobody sees."""
    line = " ".join(str(value).split())
    seen = "".join(char for char in line if unicodedata.category(char)[0] != "C")
    return seen if len(seen) <= most else f"{seen[: most - 1]}…"
