"""A training that still runs, as a run of MLflow's: read from its checkpoint, outside of the stage."""

import io
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from retrace.core.artifacts import ENVIRONMENT, HISTORY
from retrace.core.errors import RetraceError
from retrace.core.params import Params, load_params
from retrace.evaluation.intervals import number_text
from retrace.models.callbacks import FOLDER
from retrace.tools.repository.git import WORKSPACE, find_tree
from retrace.tools.tracking.records import (
    KIND,
    LIVE,
    TRAINING,
    Curves,
    Record,
    as_text,
    origin,
    read_curves,
    training_key,
)
from retrace.tools.tracking.store import Store, open_store
from retrace.tools.tracking.writing import begin, extend, find_run

SECONDS = 1  # between two looks

# Of a view whose training has not ended, as far as this knows.
STOPPED = "KILLED"


@dataclass
class _Watch:
    """What was seen of a training so far."""

    key: str = ""
    curves: Curves = field(default_factory=list)
    written: int = 0

    def look(self) -> bool:
        """Read the newest checkpoint; tell whether one is there."""
        path = max(FOLDER.glob("*.pt"), key=_written, default=None)
        if path is None or not (written := _written(path)):
            return False
        if written != self.written:
            if not (curves := _history(path)):
                return False
            self.key, self.curves, self.written = path.stem, curves, written
        return True


def watch_training(say: Callable[[str], object], wait: Callable[[], object] | None = None) -> None:
    """Log the epochs of this folder's training as they end, until it ends.

    Parameters
    ----------
    say : callable
        Takes a line for the user.
    wait : callable, optional
        What passes the time between two looks.

    Raises
    ------
    RetraceError
        The model has no epochs, or the store fails.
    """
    params = load_params()
    if "epochs" not in params.hyperparameters:
        raise RetraceError(
            f"{params.model} trains without epochs, so there is nothing to watch: `retrace mlflow` logs"
            " its run when it has ended"
        )
    say("waiting for a training in this folder; Ctrl-C ends the view, not the training")
    seen = _Watch()
    try:
        while True:
            before = seen.key, len(seen.curves)
            if not seen.look() and seen.key:
                break
            if seen.key != before[0]:
                _end(before[0], [], STOPPED)  # it was left behind by a training that nobody went on with
            if (seen.key, len(seen.curves)) != before:
                say(_log(seen, params))
            (wait or _pause)()
    except KeyboardInterrupt:
        _end(seen.key, [], STOPPED)
        raise
    say(_close(seen.key))


def _pause() -> None:
    time.sleep(SECONDS)


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:  # the training has ended meanwhile
        return 0


def _history(path: Path) -> Curves:
    """Return what a checkpoint says of its epochs; nothing where it is gone by now."""
    import torch

    try:
        packed = path.read_bytes()[32:]  # after the hash of what follows
    except FileNotFoundError:
        return []
    history = torch.load(io.BytesIO(packed), weights_only=True)["history"]
    return [
        (name, row["epoch"], value) for row in history for name, value in row.items() if name != "epoch"
    ]


def _log(seen: _Watch, params: Params) -> str:
    """Log what is new; a training whose finished run is there gets no second one."""
    known_by = {TRAINING: seen.key, KIND: LIVE}
    with open_store() as store:
        run = find_run(store, known_by)
        if run is None and store.find({TRAINING: seen.key}):
            return "this training is logged already, as a run that has ended"
        run = run or begin(store, known_by, _record(seen.key, params))
        if run.info.status != "RUNNING":
            store.client.update_run(run.info.run_id, "RUNNING")
        extend(store, run, seen.curves, _now(), _used(params), origin(find_tree(WORKSPACE)) | known_by)
    last = seen.curves[-1][1]
    return f"epoch {last}: {_shown(seen.curves, last)}"


def _shown(curves: Curves, last: int) -> str:
    return ", ".join(f"{name} {number_text(value)}" for name, step, value in curves if step == last)


def _record(key: str, params: Params) -> Record:
    return Record(key=key, name=f"{params.model} on {params.data}, live", began=_now(), ended=_now())


def _used(params: Params) -> dict[str, str]:
    own = {f"models.{params.model}.{name}": value for name, value in params.hyperparameters.items()}
    return {
        name: as_text(value)
        for name, value in {"model": params.model, "data": params.data, **own}.items()
    }


def _close(key: str) -> str:
    """Add the last epochs, which the stage has written down, and end the view."""
    if not ENVIRONMENT.is_file() or training_key(ENVIRONMENT.read_bytes()) != key:
        _end(key, [], STOPPED)
        return "the training did not end: its checkpoint was deleted"
    _end(key, read_curves(HISTORY), "FINISHED")
    return "the training has ended: `retrace mlflow` puts the finished run in the place of this view"


def _end(key: str, curves: Curves, status: str) -> None:
    if not key:
        return
    with open_store() as store:
        # The finished run may have taken its place by now.
        if run := find_run(store, {TRAINING: key, KIND: LIVE}):
            extend(store, run, curves, _now())
            store.client.set_terminated(run.info.run_id, status)


def _now() -> int:
    return int(time.time() * 1000)


def drop_ended(store: Store) -> None:
    """Delete the views of trainings whose finished runs are there: nothing is in MLflow twice."""
    for view in store.find({KIND: LIVE}):
        same = store.find({TRAINING: view.data.tags[TRAINING]})
        if any(run.data.tags.get(KIND) != LIVE for run in same):
            store.client.delete_run(view.info.run_id)
