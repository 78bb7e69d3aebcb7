"""Chosen runs, logged: each read only where the store does not have it."""

from collections.abc import Sequence
from dataclasses import dataclass

from retrace.core.artifacts import MODEL
from retrace.core.errors import ComparisonError, ParamsError
from retrace.tools.repository.lock import LOCK
from retrace.tools.repository.outputs import remote_address
from retrace.tools.repository.sides import Side, read_side
from retrace.tools.tracking.choosing import Choice, verdict_tags
from retrace.tools.tracking.live import drop_ended
from retrace.tools.tracking.records import KEY, key_of, origin, record_of
from retrace.tools.tracking.store import Store
from retrace.tools.tracking.writing import find_run, is_whole, log_record, note_commit


@dataclass(frozen=True, kw_only=True)
class Logged:
    """How many runs were new to the store, were there, or had not ended; and which cannot be read."""

    new: int = 0
    known: int = 0
    unfinished: int = 0
    damaged: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say it in one line."""
        left = f", {self.unfinished} without a finished run left out" if self.unfinished else ""
        return f"{self.new} logged, {self.known} there already{left}"


def log_runs(store: Store, choices: Sequence[Choice]) -> Logged:
    """Log those of the chosen runs that the store does not have whole."""
    outcomes = [_outcome(store, choice) for choice in choices]
    drop_ended(store)
    counts = {name: outcomes.count(name) for name in ("new", "known", "unfinished")}
    return Logged(**counts, damaged=tuple(outcome for outcome in outcomes if outcome not in counts))


def _outcome(store: Store, choice: Choice) -> str:
    """Return what became of one run; one that cannot be read must not keep the others."""
    try:
        return _log(store, choice)
    except (ParamsError, ComparisonError) as error:
        return f"{choice.tree.name}: {error}"


def _log(store: Store, choice: Choice) -> str:
    tree = choice.tree
    lock = tree.read([str(LOCK)]).get(str(LOCK))
    if lock is None:
        return "unfinished"
    run = find_run(store, {KEY: key_of(lock)})
    if run is not None and is_whole(run, []):
        note_commit(store, run, tree.name, origin(tree))
        return "known"
    side = read_side(tree, strict=False)
    if not side.ran:
        return "unfinished"
    record = record_of(side, tree.name, _model_url(side), verdict_tags(side, choice.base))
    return "new" if log_record(store, record) else "known"


def _model_url(side: Side) -> str:
    md5 = side.lock.outs.get(MODEL.as_posix())
    return remote_address(md5) if md5 else ""
