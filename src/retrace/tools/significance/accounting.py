"""A comparison on the test part that counts: judged at what the looks before it left, and noted."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import replace

from retrace.core.artifacts import PREDICTIONS
from retrace.core.errors import ComparisonError
from retrace.tools.repository.ledger import Ledger, add_line, read_ledger
from retrace.tools.repository.predictions import ROW_HASH, PredictedRows, read_rows
from retrace.tools.repository.seed_runs import seed_runs
from retrace.tools.repository.sides import Side, predictions_path
from retrace.tools.significance.judging import agreed_metric
from retrace.tools.significance.looks import Account, Look, numbered, read_looks, times_asked
from retrace.tools.significance.runs import RunComparison, compare_runs
from retrace.tools.significance.verdicts import ALPHA


class _MovedOnError(Exception):
    """The ledger is another than the one that the level came from."""


def counted(
    base: Side,
    other: Side,
    request: str,
    *,
    metric: str | None = None,
    tolerance: float | None = None,
    use_seeds: bool = True,
    keep: bool = True,
) -> RunComparison:
    """Hold one run against another on the test part, as the next look of a request.

    Its account is None where nothing was asked of the test part.

    Parameters
    ----------
    base, other : Side
        Two runs.
    request : str
        The branch that asks.
    metric, tolerance, use_seeds
        As in `retrace.tools.significance.judging.judge`.
    keep : bool
        Whether the look goes into the ledger. Without, the remote is not asked either.

    Raises
    ------
    RetraceError
        A line of the ledger is none, or Git cannot write it.
    """

    def judged(alpha: float) -> RunComparison:
        return compare_runs(
            base, other, metric=metric, tolerance=tolerance, use_seeds=use_seeds, alpha=alpha
        )

    asked = _question(base, other, request, metric, use_seeds)
    if asked is None:
        return judged(ALPHA)
    ledger = read_ledger(ask_remote=keep)
    while True:
        try:
            return _judged_as(asked, ledger, judged, keep)
        except _MovedOnError:
            ledger = read_ledger()


def _judged_as(
    asked: Look, ledger: Ledger, judged: Callable[[float], RunComparison], keep: bool
) -> RunComparison:
    looks = read_looks(ledger.lines)
    planned = numbered(asked, looks)
    compared = judged(planned.level)
    if compared.judgement.comparison is None:
        return compared
    repeated = planned in looks
    look = planned if repeated else _told(planned, compared)
    only_here = _kept(look) if keep else ""
    account = Account(
        look=look,
        repeated=repeated,
        asked=times_asked(look.rows, looks) + (not repeated),
        only_here=only_here,
    )
    return replace(compared, account=account)


def _told(planned: Look, compared: RunComparison) -> Look:
    comparison = compared.judgement.comparison
    p = None if comparison is None or math.isnan(comparison.p_value) else comparison.p_value
    return replace(planned, p=p, verdict=str(compared.judgement.verdict))


def _kept(look: Look) -> str:
    def line(lines: list[str]) -> str | None:
        now = read_looks(lines)
        if look in now:
            return None
        if numbered(look, now) != look:
            raise _MovedOnError
        return look.line

    return add_line(line)


def _question(base: Side, other: Side, request: str, metric: str | None, use_seeds: bool) -> Look | None:
    """Return what would be asked; None where nothing can be, or where the answer is known."""
    try:
        chosen = agreed_metric(base, other, metric)
        rows = rows_hash(read_rows(predictions_path(other), other.name))
    except ComparisonError:
        return None
    was, now = (_evidence(side, use_seeds) for side in (base, other))
    if was == now:
        return None
    return Look(rows=rows, metric=chosen, base=was, other=now, request=request, look=1, level=1.0)


def rows_hash(rows: PredictedRows) -> str:
    """Return 32 hexadecimal digits that stand for the contents of these rows, in whatever order."""
    hashes = sorted(rows.keys[ROW_HASH].to_pylist())
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()[:32]


def _evidence(side: Side, use_seeds: bool) -> str:
    """Return the MD5 of a side's predictions, or one over those of its runs under several seeds."""
    key = PREDICTIONS.as_posix()
    own = side.lock.outs[key]
    runs = [*seed_runs(side, "training"), *seed_runs(side, "split")] if use_seeds else []
    hashes = sorted({own, *(run.lock.outs[key] for run in runs if key in run.lock.outs)})
    return own if hashes == [own] else hashlib.md5("\n".join(hashes).encode()).hexdigest()
