"""Made-up predictions of two models whose true difference is known."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from retrace.core.records import Predictions

PREVALENCE = np.array([0.4, 0.3, 0.2, 0.1])
BOTH_WRONG = 0.05
HARDNESS = 1.0  # how much rows differ in how sure any model is of them
OWN = 0.3  # how much each model's confidence differs from that
TOGETHER = 0.8  # share of a group's rows that share its luck

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(80)

Generator = np.random.Generator
Models = tuple[Predictions, Predictions]


def rows(generator: Generator, n: int, disagree: float, won: float, own: float = OWN) -> Models:
    """Make n rows of which one model has a share right and the other wrong.

    Parameters
    ----------
    generator : numpy Generator
    n : int
    disagree : float
        The expected share of rows that only one model has right.
    won : float
        Of those, the share that the other model has right: .5 makes the two equally good.
    own : float
        With 0 the probabilities are the same wherever both are right or both wrong.
    """
    outcome = _outcomes(generator.random(n), disagree, won)
    return _models(generator, outcome, generator.normal(size=n) * HARDNESS, own)


def grouped_rows(
    generator: Generator, n_groups: int, size: int, disagree: float, won: float
) -> tuple[Models, NDArray[np.int64]]:
    """Make groups of rows, most of which share the luck of their group."""
    groups = np.repeat(np.arange(n_groups), size)
    luck = np.where(
        generator.random(len(groups)) < TOGETHER,
        generator.random(n_groups)[groups],
        generator.random(len(groups)),
    )
    hardness = 0.8 * generator.normal(size=n_groups)[groups] + 0.6 * generator.normal(size=len(groups))
    return _models(generator, _outcomes(luck, disagree, won), hardness * HARDNESS, OWN), groups


def true_difference(metric: str, disagree: float, won: float, own: float = OWN) -> float:
    """Return the difference of a metric in the population that `rows` and `grouped_rows` draw from."""
    agreed = 1 - BOTH_WRONG - disagree
    base, other = agreed + disagree * (1 - won), agreed + disagree * won
    if metric == "log_loss":
        spread = np.hypot(HARDNESS, own)
        right, wrong = (-_mean(np.log(_probability(NODES * spread, side))) for side in (True, False))
        return (other - base) * (right - wrong)
    return other - base if metric == "accuracy" else f1_macro(other) - f1_macro(base)


def f1_macro(accuracy: float) -> float:
    """Return macro F1 where all classes have this recall, and mistakes go anywhere."""
    k = len(PREVALENCE)
    predicted = PREVALENCE * accuracy + (1 - PREVALENCE) * (1 - accuracy) / (k - 1)
    return float(np.mean(2 * PREVALENCE * accuracy / (PREVALENCE + predicted)))


def seeded(
    generator: Generator, n: int, n_seeds: int, noise: tuple[float, float], same: bool, gap: float
) -> tuple[list[Predictions], list[Predictions]]:
    """Make predictions of two settings under several training seeds, on the same rows.

    Each prediction has a margin: how hard the row is, how well the setting suits it, how good the seed
    is, and chance. It is right where the margin is positive.

    Parameters
    ----------
    generator : numpy Generator
    n, n_seeds : int
    noise : tuple of float
        Standard deviations over seeds, and over seeds and rows.
    same : bool
        Whether both sides are one setting, so that only seeds differ.
    gap : float
        By how much the other side's margins are higher.
    """
    y = generator.choice(len(PREVALENCE), n, p=PREVALENCE)
    elsewhere = (y + generator.integers(1, len(PREVALENCE), n)) % len(PREVALENCE)
    hard, suits = generator.normal(size=n), 0.3 * generator.normal(size=(2, n))
    sides = []
    for side in (0, 1):
        chance = noise[0] * generator.normal(size=(n_seeds, 1)) + noise[1] * generator.normal(
            size=(n_seeds, n)
        )
        margins = 1.6 * _spread(noise) + gap * side + hard + suits[0 if same else side] + chance
        sides.append([_by_margin(y, elsewhere, margin) for margin in margins])
    return sides[0], sides[1]


def true_seeded_difference(metric: str, noise: tuple[float, float], gap: float) -> float:
    """Return the difference, over all rows and seeds, of what `seeded` draws from."""
    spread, mean = _spread(noise), 1.6 * _spread(noise)
    if metric == "log_loss":
        other, base = (_mean(np.logaddexp(0, -mean - shift - NODES * spread)) for shift in (gap, 0))
        return other - base
    other, base = stats.norm.cdf((mean + gap) / spread), stats.norm.cdf(mean / spread)
    return float(other - base) if metric == "accuracy" else f1_macro(other) - f1_macro(base)


def split_scores(
    generator: Generator, n: int, n_splits: int, n_test: int, signal: float
) -> tuple[Sequence[float], Sequence[float]]:
    """Fit two least-squares classifiers, each on features of its own, on several splits of n rows.

    ``signal`` is how much more the other model's features say; with 0 the two are equally good.
    """
    y = generator.choice([-1.0, 1.0], n)
    told = [0.4 * y[:, np.newaxis] * (np.arange(8) < 4) for _ in range(2)]
    told[1] = told[1] * (1 + signal)
    X = [part + generator.normal(size=(n, 8)) for part in told]
    orders = [generator.permutation(n) for _ in range(n_splits)]
    base, other = ([_accuracy(one, y, order, n_test) for order in orders] for one in X)
    return base, other


def _accuracy(
    X: NDArray[np.float64], y: NDArray[np.float64], order: NDArray[np.int64], n_test: int
) -> float:
    test, train = order[:n_test], order[n_test:]
    weights = np.linalg.solve(X[train].T @ X[train], X[train].T @ y[train])
    return float(np.mean((X[test] @ weights > 0) == (y[test] > 0)))


def _outcomes(luck: NDArray[np.float64], disagree: float, won: float) -> NDArray[np.int64]:
    """Return 0 where only the other model is right, 1 only the base, 2 neither, 3 both."""
    return np.searchsorted(np.cumsum([disagree * won, disagree * (1 - won), BOTH_WRONG]), luck)


def _models(
    generator: Generator, outcome: NDArray[np.int64], hardness: NDArray[np.float64], own: float
) -> Models:
    n, k = len(outcome), len(PREVALENCE)
    y = generator.choice(k, n, p=PREVALENCE)
    elsewhere = (y + generator.integers(1, k, n)) % k
    models = []
    for right in (np.isin(outcome, (1, 3)), np.isin(outcome, (0, 3))):
        margin = hardness + own * generator.normal(size=n)
        models.append(_predictions(y, np.where(right, y, elsewhere), _probability(margin, right)))
    return models[0], models[1]


def _probability(margin: NDArray[np.float64], right: NDArray[np.bool_] | bool) -> NDArray[np.float64]:
    """Return the true class's probability: over one half where a model is right, else under it."""
    return np.where(right, 0.5 + 0.5 / (1 + np.exp(-2 - margin)), 0.5 / (1 + np.exp(1 - margin)))


def _mean(values: NDArray[np.float64]) -> float:
    """Integrate values at NODES over the normal distribution."""
    return float(WEIGHTS @ values / WEIGHTS.sum())


def _by_margin(
    y: NDArray[np.int64], elsewhere: NDArray[np.int64], margin: NDArray[np.float64]
) -> Predictions:
    return _predictions(y, np.where(margin > 0, y, elsewhere), np.exp(-np.logaddexp(0, -margin)))


def _predictions(
    y: NDArray[np.int64], predicted: NDArray[np.int64], probability: NDArray[np.float64]
) -> Predictions:
    """Only the true class's probability counts for a metric; the others are left out."""
    probabilities = np.zeros((len(y), len(PREVALENCE)))
    probabilities[np.arange(len(y)), y] = probability
    return Predictions(y=y, predicted=predicted, probabilities=probabilities)


def _spread(noise: tuple[float, float]) -> float:
    return float(np.sqrt(1 + 0.3**2 + noise[0] ** 2 + noise[1] ** 2))
