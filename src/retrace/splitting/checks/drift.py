"""Parts that are distributed otherwise than the training part: what was learned may not hold there.

Numbers: the two-sample Kolmogorov-Smirnov test, whose statistic is the effect. Text, and numbers of
few values: Pearson's chi-squared test; the effect is the total variation distance, the share of rows
that would have to change. Over all columns and parts Holm's correction (Scand. J. Stat. 6, 1979,
65-70); and no warning for an effect below .1, or a million rows would warn about nothing.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from retrace.core.errors import first_few
from retrace.splitting.checks.findings import Findings
from retrace.splitting.checks.screening import most_different, watched

SIGNIFICANCE = 0.01
SMALLEST_EFFECT = 0.1
FEW_VALUES = 20
FEWEST_EXPECTED = 5  # rows of a category in a part; rarer ones count as one


@dataclass(frozen=True)
class Difference:
    """How much a column of a part differs from the training rows, and how easily that is chance."""

    part: str
    column: str
    effect: float
    p_value: float


def compare_parts(columns: dict[str, pd.DataFrame]) -> Findings:
    """Compare each column of the validation and test rows with the training rows.

    Parameters
    ----------
    columns : dict of str to DataFrame
        The columns of rows of each part, the training part among them; numbers, or text as objects.
    """
    training = columns["train"]
    differences = [
        Difference(part, str(name), *difference(training[name], columns[part][name]))
        for part in columns
        if part != "train"
        for name in watched(list(most_different(training, columns[part])), f"{part} against training")
    ]
    n_compared = training.shape[1] * (len(columns) - 1)
    differing = [
        each for each in _rejected_by_holm(differences, n_compared) if each.effect >= SMALLEST_EFFECT
    ]
    warnings = [_warning(part, differing) for part in dict.fromkeys(each.part for each in differing)]
    largest = max(differences, key=lambda each: each.effect)
    checked = (
        f"Parts that differ from training: {columns['train'].shape[1]} columns, the target included, of"
        f" {', '.join(f'{len(rows)} {part}' for part, rows in columns.items())} rows; the largest"
        f" difference is {largest.effect:.2f} ({largest.column}, {largest.part}; a warning from"
        f" {SMALLEST_EFFECT} on where chance is below {SIGNIFICANCE}, Holm's correction)."
    )
    return Findings(warnings=tuple(warnings), checked=(checked,))


def difference(training: pd.Series, other: pd.Series) -> tuple[float, float]:
    """Compare one column of two parts.

    Returns
    -------
    tuple of float
        The effect, from 0 (equal) to 1 (nothing in common), and the p-value.
    """
    both = pd.concat([training, other], ignore_index=True)
    codes, values = pd.factorize(both, sort=both.dtype != object, use_na_sentinel=False)
    first, second = codes[: len(training)], codes[len(training) :]
    if both.dtype == object or len(values) <= FEW_VALUES:
        return _categories(first, second)
    # Codes in the order of the values, gaps last: the statistic knows only order.
    ks_test = stats.ks_2samp(first, second, method="asymp")
    return float(ks_test.statistic), float(ks_test.pvalue)


def _categories(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    n_values = max(first.max(), second.max()) + 1
    counts = np.stack([np.bincount(codes, minlength=n_values) for codes in (first, second)])
    counts = _pool_rare(counts)
    if counts.shape[1] < 2:
        return 0.0, 1.0
    shares = counts / counts.sum(axis=1, keepdims=True)
    effect = np.abs(shares[0] - shares[1]).sum() / 2
    return float(effect), float(stats.chi2_contingency(counts, correction=False).pvalue)


def _pool_rare(counts: np.ndarray) -> np.ndarray:
    """Count rare categories as one: chi-squared is wrong where few rows are expected."""
    expected = counts.sum(axis=0) * counts.sum(axis=1).min() / counts.sum()
    frequent = expected >= FEWEST_EXPECTED
    pooled = counts[:, ~frequent].sum(axis=1, keepdims=True)
    kept = np.hstack([counts[:, frequent], pooled])
    return kept[:, kept.sum(axis=0) > 0]


def _rejected_by_holm(differences: list[Difference], n_compared: int) -> list[Difference]:
    """Correct for all that were compared; of many columns only those that differ most are listed."""
    ordered = sorted(differences, key=lambda each: each.p_value)
    for rank, each in enumerate(ordered):
        if each.p_value > SIGNIFICANCE / (n_compared - rank):
            return ordered[:rank]
    return ordered


def _warning(part: str, differing: list[Difference]) -> str:
    of_part = sorted((each for each in differing if each.part == part), key=lambda each: -each.effect)
    named = first_few([f"{each.column} ({each.effect:.2f})" for each in of_part])
    return (
        f"The {part} part differs from the training part in {named}: what was learned may hold less"
        " there (0: no difference, 1: nothing in common)"
    )
