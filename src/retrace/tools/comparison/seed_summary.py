"""What runs under several seeds come to: mean, spread and interval of each metric."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from retrace.core.artifacts import PREDICTIONS
from retrace.evaluation.intervals import Interval
from retrace.evaluation.metrics import LOWER_IS_BETTER
from retrace.tools.repository.lock import Values
from retrace.tools.repository.seed_runs import Kind, SeedRun


@dataclass(frozen=True)
class MetricSummary:
    """One metric of the test part over all seeds; the interval is of the mean, at 95 %."""

    name: str
    better: str
    mean: float
    deviation: float
    interval: Interval


def summarise(runs: list[SeedRun], kind: Kind, params: Values) -> list[MetricSummary]:
    """Summarise each metric of the test part.

    The interval is Student's t over the seeds. Under several splits the training parts overlap, so the
    variance is that of C. Nadeau and Y. Bengio, Machine Learning 52 (2003), 239-281.

    Parameters
    ----------
    runs : list of SeedRun
        At least two.
    kind : str
        ``"training"`` or ``"split"``.
    params : dict
        Those of the runs, for the shares of the split.
    """
    n = len(runs)
    overlap = params["split.test"] / params["split.train"] if kind == "split" else 0.0
    factor = float(stats.t.ppf(0.975, n - 1)) * np.sqrt(1 / n + overlap)
    found = []
    for name in (name for name in runs[0].scores if name != "n"):
        values = np.array([run.scores[name] for run in runs])
        mean, deviation = float(values.mean()), float(values.std(ddof=1))
        interval = Interval(mean - factor * deviation, mean + factor * deviation)
        better = "lower" if name in LOWER_IS_BETTER else "higher"
        found.append(MetricSummary(name, better, mean, deviation, interval))
    return found


def is_deterministic(runs: list[SeedRun]) -> bool:
    """Tell whether all runs predict the same, byte for byte."""
    return len({run.lock.outs[PREDICTIONS.as_posix()] for run in runs}) == 1
