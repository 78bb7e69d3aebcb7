"""What was promised of a model: its metrics on the test rows of its run, each with an interval."""

from dataclasses import dataclass

from retrace.core.artifacts import PREDICTIONS
from retrace.core.checked_yaml import checked
from retrace.core.errors import ArtifactError
from retrace.core.params import Report
from retrace.evaluation.bootstrap import score_intervals
from retrace.evaluation.intervals import Interval
from retrace.evaluation.metrics import scores
from retrace.tools.prediction.source import Source, run_of
from retrace.tools.repository.outputs import stored_output
from retrace.tools.repository.predictions import PredictedRows, read_rows

# What a run from before these keys were there did.
SINCE = {"metrics": [], "threshold": 0.5}


@dataclass(frozen=True, kw_only=True)
class Promise:
    """The metrics of a model on rows that it has not seen.

    Attributes
    ----------
    metric : str
        The one that counts.
    intervals : dict of str to Interval
        Of the confidence that ``report`` has.
    rows : PredictedRows
        What they are computed from.
    """

    metric: str
    values: dict[str, float]
    intervals: dict[str, Interval]
    rows: PredictedRows
    report: Report


def promise_of(source: Source) -> Promise:
    """Read the test predictions of the run that a model is of, and score them.

    Raises
    ------
    RetraceError
        The run has none, or they are nowhere.
    """
    tree, lock = run_of(source)
    if PREDICTIONS.as_posix() not in lock.outs or "report" not in lock.stages:
        raise ArtifactError(f"{tree.name} has no report: run `retrace repro`")
    rows = read_rows(stored_output(tree, lock, PREDICTIONS), source.name)
    used = lock.stages["report"].get("params", {}).get("params.yaml", {})
    report = checked(Report, SINCE | used["report"], f"dvc.lock of {tree.name}: report")
    return Promise(
        metric=used["metric"],
        values=scores(rows.predictions),
        intervals=score_intervals(rows.predictions, report, rows.units.codes),
        rows=rows,
        report=report,
    )
