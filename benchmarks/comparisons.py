"""The cells of docs/statistics.md: two models whose true difference is known, compared many times."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from retrace.core.records import Predictions
from retrace.evaluation.metrics import scores
from retrace.tools.significance import Comparison, compare_over_seeds, compare_over_splits, compare_rows
from retrace.tools.significance.mcnemar import mcnemar_p_value
from retrace.tools.significance.paired import draws, permutation_p_value, resample
from retrace.tools.significance.units import paired_units
from simulation import (
    grouped_rows,
    rows,
    seeded,
    split_scores,
    true_difference,
    true_seeded_difference,
)

RESAMPLES = 499
METRICS = ("accuracy", "f1_macro", "log_loss")
SIZES, DISAGREEMENTS = (100, 360, 5000), (0.01, 0.03, 0.1)
FEW_DIFFER = "log_loss, else the same"  # the probabilities differ only where one model is wrong
GROUPS, GROUP_SIZE, GROUPED_DISAGREEMENTS = (20, 36, 100), 10, (0.03, 0.1, 0.3)
SEEDED_ROWS, SEEDS, NOISES = 360, (5, 10), {"little": (0.05, 0.3), "much": (0.2, 1.0)}
GAP, SIGNAL = 0.3, 0.3
SPLIT_ROWS, TEST_ROWS = 300, 60

Cell = dict[str, Any]
Generator = np.random.Generator


@dataclass
class Tally:
    """What the replicates of one cell came to."""

    told_apart: list[bool] = field(default_factory=list)
    better: list[bool] = field(default_factory=list)
    covered: list[bool] = field(default_factory=list)
    shortcuts: list[list[bool]] = field(default_factory=list)

    def add(self, found: Comparison, truth: float) -> None:
        """Note one comparison."""
        self.told_apart.append(found.verdict in ("better", "worse"))
        self.better.append(found.verdict == "better")
        self.covered.append(found.interval.low <= truth <= found.interval.high)


def rows_cell(metric: str, n: int, disagree: float, replicates: int) -> Cell:
    """Compare two models on the same rows."""
    name, own = metric.split(",")[0], 0.0 if metric == FEW_DIFFER else 0.3
    tallies = {won: Tally() for won in (0.5, 0.8, 1.0)}
    if metric == "accuracy":
        replicates *= 4  # they cost little
    for won, tally in tallies.items():
        generator = np.random.default_rng([n, int(1000 * disagree), int(10 * won), len(metric)])
        truth = true_difference(name, disagree, won, own)
        for seed in range(replicates if won == 0.5 else replicates // 2):
            base, other = rows(generator, n, disagree, won, own)
            found = compare_rows(base, other, name, resamples=RESAMPLES, seed=seed)
            if seed % 4 == 0:
                tally.shortcuts.append(_percentile_bootstrap(base, other, name, found, truth, generator))
            tally.add(found, truth)
    equal, most, every = tallies.values()
    shortcuts = np.mean(equal.shortcuts, axis=0)
    return {
        "metric": metric,
        "rows": n,
        "disagree": disagree,
        "alarms": np.mean(equal.told_apart),
        "covered when equal": np.mean(equal.covered),
        "covered, wins 4 of 5": np.mean(most.covered),
        "covered, wins all": np.mean(every.covered),
        "difference": true_difference(name, disagree, 0.8, own),
        "power": np.mean(most.better),
        "percentile: alarms": shortcuts[0],
        "percentile: contradicts the test": shortcuts[1],
        "percentile: covered, wins all": np.mean(every.shortcuts, axis=0)[2],
    }


def _percentile_bootstrap(
    base: Predictions,
    other: Predictions,
    metric: str,
    found: Comparison,
    truth: float,
    generator: Generator,
) -> list[bool]:
    """Say whether it leaves 0 out, whether that contradicts the test, and whether it holds the truth."""
    units = paired_units(base, other, metric, None, generator)
    low, high = np.quantile(resample(units, RESAMPLES, generator).plain, [0.025, 0.975])
    alarm = bool(low > 0 or high < 0)
    return [alarm, alarm != (found.p_value < 0.05), bool(low <= truth <= high)]


def groups_cell(metric: str, n_groups: int, disagree: float, replicates: int) -> Cell:
    """Compare two models on rows that come in groups."""
    tallies = {won: Tally() for won in (0.5, 0.8, 1.0)}
    for won, tally in tallies.items():
        generator = np.random.default_rng([n_groups, int(1000 * disagree), int(10 * won), len(metric)])
        truth = true_difference(metric, disagree, won)
        for seed in range(replicates if won == 0.5 else replicates // 2):
            (base, other), groups = grouped_rows(generator, n_groups, GROUP_SIZE, disagree, won)
            found = compare_rows(base, other, metric, groups=groups, resamples=RESAMPLES, seed=seed)
            if seed % 4 == 0 and won == 0.5:
                tally.shortcuts.append(_row_by_row(base, other, metric, generator))
            tally.add(found, truth)
    equal, most, every = tallies.values()
    return {
        "metric": metric,
        "groups": n_groups,
        "disagree": disagree,
        "alarms": np.mean(equal.told_apart),
        "covered when equal": np.mean(equal.covered),
        "covered, wins 4 of 5": np.mean(most.covered),
        "covered, wins all": np.mean(every.covered),
        "difference": true_difference(metric, disagree, 0.8),
        "power": np.mean(most.better),
        "row by row: alarms": np.mean(equal.shortcuts),
    }


def _row_by_row(base: Predictions, other: Predictions, metric: str, generator: Generator) -> list[bool]:
    if metric == "accuracy":
        return [_mcnemar_rejects(base.predicted == base.y, other.predicted == base.y)]
    units = paired_units(base, other, metric, None, generator)
    return [permutation_p_value(units, RESAMPLES, generator) < 0.05]


def seeds_cell(metric: str, n_seeds: int, noise: str, replicates: int) -> Cell:
    """Compare two settings, each under several seeds, on one split."""
    spreads = NOISES[noise]
    cases = {"equal": (False, 0.0), "one setting": (True, 0.0), "different": (False, GAP)}
    tallies = {case: Tally() for case in cases}
    for case, (same, gap) in cases.items():
        generator = np.random.default_rng([n_seeds, len(metric), len(noise), len(case)])
        truth = true_seeded_difference(metric, spreads, gap)
        for seed in range(replicates if case == "equal" else replicates // 2):
            base, other = seeded(generator, SEEDED_ROWS, n_seeds, spreads, same, gap)
            found = compare_over_seeds(base, other, metric, resamples=RESAMPLES, seed=seed)
            tallies[case].add(found, truth)
            if case == "equal" and seed % 4 == 0:
                tallies[case].shortcuts.append(_seed_shortcuts(base, other, metric, generator))
    shortcuts = np.mean(tallies["equal"].shortcuts, axis=0)
    return {
        "metric": metric,
        "seeds": n_seeds,
        "noise": noise,
        "alarms": np.mean(tallies["equal"].told_apart),
        "alarms, one setting": np.mean(tallies["one setting"].told_apart),
        "covered when equal": np.mean(tallies["equal"].covered),
        "covered": np.mean(tallies["different"].covered),
        "difference": true_seeded_difference(metric, spreads, GAP),
        "power": np.mean(tallies["different"].better),
        "t-test over seeds: alarms": shortcuts[0],
        "pooled rows: alarms": shortcuts[1] if metric == "accuracy" else None,
        "seeds and rows drawn, percentile: alarms": shortcuts[2] if metric == "accuracy" else None,
    }


def _seed_shortcuts(
    base: Sequence[Predictions], other: Sequence[Predictions], metric: str, generator: Generator
) -> list[bool]:
    """Say whether a t-test over seeds, pooled rows, and a joint percentile bootstrap leave out 0."""
    was, now = ([scores(model)[metric] for model in models] for models in (base, other))
    error = np.sqrt((np.var(was, ddof=1) + np.var(now, ddof=1)) / len(was))
    limit = stats.t.ppf(0.975, 2 * len(was) - 2) * error
    t_test = bool(abs(np.mean(now) - np.mean(was)) > limit)
    if metric != "accuracy":
        return [t_test, False, False]
    right = [np.stack([model.predicted == model.y for model in models]) for models in (base, other)]
    counts = draws(np.ones(SEEDED_ROWS, np.int64), RESAMPLES, generator) / SEEDED_ROWS
    was, now = (_drawn_seeds(counts @ hits.T, generator) for hits in right)
    low, high = np.quantile(now - was, [0.025, 0.975])
    return [t_test, _mcnemar_rejects(right[0].ravel(), right[1].ravel()), bool(low > 0 or high < 0)]


def _drawn_seeds(scores: NDArray[np.float64], generator: Generator) -> NDArray[np.float64]:
    """Average each resample's scores over seeds that are drawn with replacement."""
    drawn = generator.integers(scores.shape[1], size=scores.shape)
    return np.take_along_axis(scores, drawn, axis=1).mean(axis=1)


def _mcnemar_rejects(was: NDArray[np.bool_], now: NDArray[np.bool_]) -> bool:
    return mcnemar_p_value(int((now & ~was).sum()), int((was & ~now).sum())) < 0.05


def splits_cell(n_splits: int, replicates: int) -> Cell:
    """Compare two settings over several splits."""
    tallies = {0.0: Tally(), SIGNAL: Tally()}
    truths = {0.0: 0.0}
    for signal, tally in tallies.items():
        generator = np.random.default_rng([n_splits, int(10 * signal)])
        pairs = [
            split_scores(generator, SPLIT_ROWS, n_splits, TEST_ROWS, signal) for _ in range(replicates)
        ]
        # Of the different models no formula gives the truth; the mean of all replicates is near it.
        truths.setdefault(signal, float(np.mean([np.subtract(now, was) for was, now in pairs])))
        for was, now in pairs:
            found = compare_over_splits(was, now, "accuracy", SPLIT_ROWS - TEST_ROWS, TEST_ROWS)
            difference = np.subtract(now, was)
            limit = stats.t.ppf(0.975, n_splits - 1) * difference.std(ddof=1) / np.sqrt(n_splits)
            tally.add(found, truths[signal])
            tally.shortcuts.append([bool(abs(difference.mean()) > limit)])
    equal, different = tallies.values()
    return {
        "metric": "accuracy",
        "splits": n_splits,
        "alarms": np.mean(equal.told_apart),
        "covered when equal": np.mean(equal.covered),
        "covered": np.mean(different.covered),
        "difference": truths[SIGNAL],
        "power": np.mean(different.better),
        "paired t-test: alarms": np.mean(equal.shortcuts),
    }


TABLES = {
    "ROWS": (
        rows_cell,
        [
            *product(METRICS, SIZES, DISAGREEMENTS),
            *product([FEW_DIFFER], SIZES[:2], DISAGREEMENTS),
        ],
    ),
    "GROUPS": (groups_cell, list(product(METRICS, GROUPS, GROUPED_DISAGREEMENTS))),
    "SEEDS": (seeds_cell, list(product(METRICS, SEEDS, NOISES))),
    "SPLITS": (splits_cell, [(n,) for n in SEEDS]),
}
