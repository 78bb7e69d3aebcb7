"""Print how often the winner of a search is confirmed: one that is no better, and one that is.

    python benchmarks/winners.py [REPLICATES]

In each replicate a search tries settings of a least-squares classifier on made-up rows, chooses by the
validation part, and refits winner and baseline with the function that `retrace search --apply` calls. A
setting is which features are used, and all features say equally much of the class: so settings with as
many features are equally good, whatever a search finds, and those with more are better.
"""

import sys
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrace.core.params import Params, load_params
from retrace.core.records import Dataset
from retrace.tools.search.confirmation import confirm
from retrace.tools.search.trials.evaluating import Outcome
from retrace.tools.search.trials.scoring import Problem

N_ROWS, FRESH, SHARE = 500, 2000, 0.2
N_FEATURES, SIGNAL = 60, 0.08
BASELINE = 20


@dataclass
class LeastSquares:
    """Answer the jobs of `confirm` at once."""

    objective: Any
    done: Any = None

    def __enter__(self) -> "LeastSquares":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def slots(self) -> int:
        """Return one."""
        return 1

    def submit(self, number: int, job: dict[str, Any]) -> None:
        """Fit and score."""
        problem, splits, _ = self.objective.args
        fitted, judged = splits[job["split"]]
        rows, columns = problem.training, job["setting"]["features"]
        score = accuracy(rows.take(fitted), rows.take(judged), columns)
        self.done = number, Outcome(values=(score,))

    def listen(self, seconds: float | None, judge: object) -> Any:
        """Return what the last job came to."""
        return self.done


def accuracy(training: Dataset, held_out: Dataset, columns: list[int]) -> float:
    """Fit least squares on some columns, and return the share of rows that it has right."""
    weights = np.linalg.lstsq(training.X[:, columns], 2.0 * training.y - 1, rcond=None)[0]
    return float(np.mean((held_out.X[:, columns] @ weights > 0) == held_out.y))


def made_up(generator: np.random.Generator, n: int = N_ROWS) -> Dataset:
    """Make rows of two classes in which each feature says equally much of the class."""
    y = np.arange(n) % 2
    X = generator.normal(size=(n, N_FEATURES)) + SIGNAL * (2 * y[:, None] - 1)
    names = {"name": "made", "title": "Made up", "task": "classification", "kind": "vectors"}
    rows = {"ids": np.arange(n), "row_hash": np.arange(n, dtype=np.uint64)}
    return Dataset(X=X, y=y, classes=("a", "b"), **names, **rows)


def search(
    generator: np.random.Generator, n_trials: int, n_features: int, params: Params
) -> list[float]:
    """Return by how much the winner looked better, by how much it is, and whether it was confirmed."""
    rows = made_up(generator)
    order = generator.permutation(N_ROWS)
    validation, training = (rows.take(part) for part in np.split(order, [round(N_ROWS * SHARE)]))
    sizes = [BASELINE] + [n_features] * (n_trials - 1)
    settings = [generator.choice(N_FEATURES, size, replace=False).tolist() for size in sizes]
    scores = [accuracy(training, validation, columns) for columns in settings]
    winner = int(np.argmax(scores))
    if winner == 0:
        return [0, 0, 0]
    both = settings[winner], settings[0]
    unseen = made_up(generator, FRESH)
    true = np.subtract(*(accuracy(training, unseen, columns) for columns in both))
    problem = Problem(params=params, training=training, validation=validation, goals=("accuracy",))
    best, baseline = ({"features": columns} for columns in both)
    seed = int(generator.integers(2**31))
    found = confirm(problem, best, baseline, LeastSquares, seed=seed)
    return [scores[winner] - scores[0], true, found.confirmed]


def main() -> None:
    """Print the table of docs/search.md."""
    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    params = load_params(Path("params.yaml"))
    params = replace(params, split=replace(params.split, method="stratified"))
    lines = []
    for n_features, n_trials in product((BASELINE, 2 * BASELINE, 3 * BASELINE), (30, 300)):
        generators = np.random.default_rng([n_features, n_trials]).spawn(replicates)
        found = np.mean([search(each, n_trials, n_features, params) for each in generators], axis=0)
        told = f"{found[0]:+.3f}", f"{found[1]:+.3f}", f"{100 * found[2]:.1f} %"
        lines.append([n_features, n_trials, *told])
    columns = ["features of a trial", "trials", "looked better by", "is better by", "confirmed"]
    print(pd.DataFrame(lines, columns=columns).to_markdown(index=False))


if __name__ == "__main__":
    main()
