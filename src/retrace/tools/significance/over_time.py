"""Two models on rows that follow each other in time, where errors stay alike for longer than a block."""

import numpy as np

from retrace.core.records import Floats
from retrace.evaluation.intervals import Interval
from retrace.evaluation.serial import Memory, slow_error
from retrace.tools.significance.student import student_evidence
from retrace.tools.significance.verdicts import NOTHING, Evidence

OVER_TIME = "t-test of slow movements in time"


def over_time(alone: Evidence, left_out: Floats, memory: Memory, seen: float) -> Evidence:
    """Hold what blocks say, taken as independent, against what varies over the whole time.

    Each block's influence on the difference is a series, whose slow movements are its standard error;
    both tests have to reject, and the interval holds both.

    Parameters
    ----------
    alone : Evidence
        With blocks taken as independent; what had nothing to tell stays so.
    left_out : float64 array of shape (n_blocks,)
        The difference without each block, in the order of time.
    memory : Memory
        Of the difference between the models' errors.
    seen : float
        The difference.
    """
    if not memory.is_long or np.isnan(alone.p_value):
        return alone
    if memory.too_long:
        return NOTHING._replace(test=OVER_TIME, reason=memory.too_long, alpha=alone.alpha)
    if not np.isfinite(left_out).all():
        why = "one stretch of time alone has all rows of a class"
        return NOTHING._replace(test=OVER_TIME, reason=why, alpha=alone.alpha)
    slow = student_evidence(OVER_TIME, seen, slow_error(left_out, memory), memory.n_cosines, alone.alpha)
    return alone if np.isnan(slow.p_value) else _weaker(alone, slow)


def _weaker(alone: Evidence, slow: Evidence) -> Evidence:
    return alone._replace(
        test=OVER_TIME,
        p_value=max(alone.p_value, slow.p_value),
        interval=_hull(alone.interval, slow.interval),
        narrow=_hull(alone.narrow, slow.narrow),
        detectable=max(alone.detectable or 0.0, slow.detectable or 0.0),
    )


def _hull(one: Interval, other: Interval) -> Interval:
    return Interval(min(one.low, other.low), max(one.high, other.high))
