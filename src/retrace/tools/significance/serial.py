"""Two runs whose rows follow each other in time: for how long they part alike."""

from collections.abc import Sequence

import numpy as np

from retrace.evaluation.losses import errors
from retrace.evaluation.serial import Memory, memory
from retrace.tools.repository.predictions import PredictedRows


def shared_memory(base: Sequence[PredictedRows], other: Sequence[PredictedRows]) -> Memory | None:
    """Return for how long the errors of one side differ alike from the other's.

    Parameters
    ----------
    base, other : sequence of PredictedRows
        One run or several of each side, all of the same rows in the same order.

    Returns
    -------
    Memory or None
        None where the rows were not split by time.
    """
    rows = base[0]
    if rows.units.kind != "block" or rows.times is None:
        return None
    was, now = (np.mean([errors(each.predictions) for each in side], axis=0) for side in (base, other))
    return memory(now - was, rows.times)


def memory_notes(shared: Memory | None, rows: PredictedRows) -> tuple[str, ...]:
    """Say where blocks of rows are not independent, and what was done about it."""
    if shared is None or not shared.is_long or shared.too_long:
        return ()
    return (
        f"the models part alike for about {shared.length} of {shared.n_moments} moments in time, too"
        f" long for {rows.units.count(len(rows))} independent blocks: the verdict also has to hold by"
        " slow movements alone, so it finds less",
    )
