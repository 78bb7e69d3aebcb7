"""Values in, the text that a page shows out."""

import numpy as np

from retrace.evaluation.intervals import Interval


def interval_text(interval: Interval, digits: int = 4) -> str:
    """Write an interval as ``"0.9712 to 0.9970"``, or say that there is none."""
    if np.isnan(interval.low):
        return "no estimate"
    return f"{interval.low:.{digits}f} to {interval.high:.{digits}f}"
