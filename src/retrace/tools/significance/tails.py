"""Two regressions of which one has the heavier tails: it may be worse than the tested rows show."""

from dataclasses import replace

import numpy as np

from retrace.core.records import Predictions
from retrace.evaluation.losses import from_mean
from retrace.evaluation.metrics import LOWER_IS_BETTER
from retrace.evaluation.unseen import kurtosis
from retrace.tools.significance.paired import observed, without_one
from retrace.tools.significance.units import Units

SQUARED = ("rmse", "r2")  # metrics of squares, which single errors can make up
UNSEEN = 1.5  # rows of either model's tail that may be missing
UNSEEN_OF_HEAVIER = 12  # more of errors whose kurtosis is e times that of the other model


def unseen_tails(
    base: Predictions, other: Predictions, metric: str, units: Units
) -> tuple[float, float]:
    """Return what is to be added to a difference's standard error, below and above, for unseen rows.

    Of two models that are equally good, the one with the heavier tails mostly looks better: few rows
    seldom hold its largest errors. With lopsided errors either may. So rows as extreme as the most
    extreme seen are counted in, as A. Agresti and Y. Min, Statist. Med. 24 (2005), 729-740, do.

    Parameters
    ----------
    base, other : Predictions
        Of the same rows in the same order.
    metric : str
        Of squares; of others nothing is missing.
    units : Units
        What the two did on them.

    Returns
    -------
    below, above : float
        For the lower and the upper limit of the difference.
    """
    if metric not in SQUARED:
        return 0.0, 0.0
    heaviness = [kurtosis(model.predicted - model.y) for model in (base, other)]
    if min(heaviness) <= 0:  # a model without any error
        return 0.0, 0.0
    effects = without_one(_of_typical_targets(units, float((from_mean(base.y) ** 2).mean())))
    was, now = observed(units)
    one = float(np.abs(effects - (now - was)).max())
    heavier = float(np.log(heaviness[1] / heaviness[0]))
    if metric not in LOWER_IS_BETTER:
        heavier = -heavier
    below, above = (UNSEEN + UNSEEN_OF_HEAVIER * max(side, 0.0) for side in (-heavier, heavier))
    return float(np.sqrt(below)) * one, float(np.sqrt(above)) * one


def _of_typical_targets(units: Units, spread: float) -> Units:
    """Let only errors speak: how far a target lies from the mean is no matter of either model."""
    rows = units.base[:, :1]
    return replace(
        units,
        base=np.hstack([units.base[:, :3], 0 * rows, spread * rows]),
        other=np.hstack([units.other[:, :3], 0 * rows, spread * rows]),
    )
