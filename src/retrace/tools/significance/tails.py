"""Two regressions of which one has the heavier tails: it may be worse than the tested rows show."""

import numpy as np

from retrace.core.records import Predictions
from retrace.evaluation.losses import from_mean, root_mean_square
from retrace.evaluation.metrics import LOWER_IS_BETTER
from retrace.evaluation.unseen import kurtosis
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
    one, per_rmse = _one_more(units), 1.0
    if metric == "r2":  # of the same rows a function of rmse, whose slope it has
        spread = float((from_mean(base.y) ** 2).mean())
        per_rmse = sum(_rmse(units)) / spread if spread > 0 else 0.0
    heavier = float(np.log(heaviness[1] / heaviness[0]))
    if metric not in LOWER_IS_BETTER:
        heavier = -heavier
    below, above = (UNSEEN + UNSEEN_OF_HEAVIER * max(side, 0.0) for side in (-heavier, heavier))
    return float(np.sqrt(below)) * one * per_rmse, float(np.sqrt(above)) * one * per_rmse


def _rmse(units: Units) -> tuple[float, float]:
    was, now = (root_mean_square(units.counts @ side) for side in (units.base, units.other))
    return float(was), float(now)


def _one_more(units: Units) -> float:
    """Return what the most extreme unit changes of the difference of the two rmse."""
    was, now = _rmse(units)
    before, after = (root_mean_square(units.counts @ side - side) for side in (units.base, units.other))
    return float(np.abs((after - before) - (now - was)).max())
