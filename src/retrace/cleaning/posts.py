"""What a post or an e-mail holds besides its own words: headers, a signature, quotes of others.

A model that reads them learns who writes to whom rather than what about. The rules are those of the
loader that scikit-learn has (`sklearn.datasets.fetch_20newsgroups`, ``remove``), so that scores can be
compared.
"""

import re

QUOTE = re.compile(r"writes in|writes:|wrote:|says:|said:|^(?:In article|Quoted from|[|>])")


def without_headers(text: str) -> str:
    """Return what follows the first empty line; nothing if there is none."""
    return text.partition("\n\n")[2]


def without_quotes(text: str) -> str:
    """Leave out the lines that quote, and those that say whom."""
    return "\n".join(line for line in text.split("\n") if not QUOTE.search(line))


def without_footer(text: str) -> str:
    """Cut a text at its last line that is empty or of hyphens, unless that is its first."""
    lines = text.strip().split("\n")
    breaks = [number for number, line in enumerate(lines) if not line.strip().strip("-")]
    return "\n".join(lines[: breaks[-1]]) if breaks and breaks[-1] > 0 else text


REMOVERS = {"headers": without_headers, "footers": without_footer, "quotes": without_quotes}
