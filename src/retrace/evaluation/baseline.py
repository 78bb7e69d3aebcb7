"""What a model scores that ignores its inputs, and whether another does better: by a paired test."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from retrace.core.params import Report
from retrace.core.records import Codes, Floats, Predictions, Targets
from retrace.evaluation.definition import stacked
from retrace.evaluation.metrics import METRICS, scores

ALPHA = 0.05
CELLS = 2**22  # numbers held at once
MOST_UNITS = 1000  # that are swapped one by one; more are joined first


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """How a model compares with one that ignores its inputs.

    Attributes
    ----------
    metric : str
        The name of the metric that both are scored by.
    score : float
        Of the one that ignores its inputs.
    p_value : float
        Of a paired permutation test.
    beaten : bool
        Whether the model is better, by the test.
    """

    metric: str
    score: float
    p_value: float
    beaten: bool


def constant_predictions(learned: Targets, y: Targets, n_classes: int) -> Predictions:
    """Predict the most frequent class and the shares of all, or the mean, whatever the row.

    Parameters
    ----------
    learned : array of shape (n_learned,)
        The targets that it knows: codes of classes, or numbers.
    y : array of shape (n_samples,)
        The targets of the rows to predict.
    n_classes : int
        0 for a regression.
    """
    if not n_classes:
        none = np.empty((len(y), 0))
        return Predictions(y=y, predicted=np.full(len(y), learned.mean()), probabilities=none)
    # One row more of each class: a class that was not seen is not ruled out.
    shares = (np.bincount(learned, minlength=n_classes) + 1) / (len(learned) + n_classes)
    return Predictions(
        y=y,
        predicted=np.full(len(y), shares.argmax()),
        probabilities=np.tile(shares, (len(y), 1)),
    )


def against_constant(
    predictions: Predictions,
    learned: Targets,
    metric: str,
    settings: Report,
    groups: NDArray[np.generic] | None = None,
) -> Baseline:
    """Hold a model against one that ignores its inputs.

    Parameters
    ----------
    predictions : Predictions
        Of the test part.
    learned : array of shape (n_learned,)
        Targets of other rows, to know the most frequent class or the mean from.
    metric : str
        The one that counts.
    settings : Report
        Its ``resamples`` and ``seed``.
    groups : array of shape (n_samples,), optional
        The unit that each row belongs to.
    """
    constant = constant_predictions(learned, predictions.y, predictions.probabilities.shape[1])
    was, now = (scores(each, [metric])[metric] for each in (constant, predictions))
    p_value = paired_p_value(constant, predictions, metric, settings, groups)
    better = now < was if METRICS[metric].better == "lower" else now > was
    return Baseline(metric=metric, score=was, p_value=p_value, beaten=better and p_value < ALPHA)


def paired_p_value(
    base: Predictions,
    other: Predictions,
    metric: str,
    settings: Report,
    groups: NDArray[np.generic] | None = None,
) -> float:
    """Swap the outputs of two models unit by unit, and see how often the metric differs as much.

    With ``p = (1 + b) / (1 + B)``: B. Phipson and G. K. Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010),
    article 39.
    """
    generator = np.random.default_rng(settings.seed)
    together = stacked([base, other])
    units = _numbered(len(base.y), groups, generator)
    membership = sparse.csr_array((np.ones(len(units)), (units, np.arange(len(units)))))
    rows = METRICS[metric].totals(together)
    was, now = (membership @ rows[start : start + len(units)] for start in (0, len(units)))
    sums = [np.asarray(each.sum(axis=0)) for each in (was, now)]
    score = METRICS[metric].scorer(together)
    change = sparse.csr_array(now - was)
    observed = abs(float(score(sums[1]) - score(sums[0]))) * (1 - 1e-9)
    as_extreme, left = 0, settings.resamples
    while left:
        size = min(left, max(1, CELLS // max(change.shape)))
        moved = _swaps(size, change.shape[0], generator) @ change
        difference = score(sums[1] - moved) - score(sums[0] + moved)
        as_extreme += int((abs(difference) >= observed).sum())
        left -= size
    return (1 + as_extreme) / (1 + settings.resamples)


def _swaps(size: int, n_units: int, generator: np.random.Generator) -> Floats:
    return generator.integers(0, 2, size=(size, n_units)).astype(np.float64)


def _numbered(n_rows: int, groups: NDArray[np.generic] | None, generator: np.random.Generator) -> Codes:
    units = np.arange(n_rows) if groups is None else np.unique(groups, return_inverse=True)[1]
    n_units = int(units.max()) + 1
    return units if n_units <= MOST_UNITS else generator.permutation(n_units)[units] % MOST_UNITS
