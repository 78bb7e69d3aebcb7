"""Values in, the text that a page shows out."""

import numpy as np

from retrace.intervals import Interval


def interval_text(interval: Interval, digits: int = 4) -> str:
    """Write an interval as ``"0.9712 to 0.9970"``, or say that there is none."""
    if np.isnan(interval.low):
        return "no estimate"
    return f"{interval.low:.{digits}f} to {interval.high:.{digits}f}"


def markdown_cell(text: object) -> str:
    """Keep a name from the data from breaking a Markdown table or adding markup to the page."""
    escaped = "".join(f"\\{char}" if char in r"\`*_{}[]<>|#@!~$&" else char for char in str(text))
    return " ".join(escaped.split())
