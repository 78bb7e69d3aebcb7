"""Records into a store: nothing twice, and what a dead server left half is gone on with."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from retrace.tools.tracking.records import KEY, KIND, MISSING, Curves, Record
from retrace.tools.tracking.store import Store

if TYPE_CHECKING:
    from mlflow.entities import Run

T = TypeVar("T")

# Of one request; MLflow takes 1000 in all.
PARAMS, METRICS, TAGS = 100, 800, 100

FINISHED = "FINISHED"


def find_run(store: Store, tags: Mapping[str, str]) -> "Run | None":
    """Return the run that has these tags.

    A server that died before it could answer may have made one of them twice: the first is kept.
    """
    runs = store.find(tags)
    for surplus in runs[1:]:
        store.client.delete_run(surplus.info.run_id)
    return runs[0] if runs else None


def log_record(store: Store, record: Record) -> bool:
    """Log a run, or what is missing of it.

    Returns
    -------
    bool
        False where all of it was there.
    """
    earlier = find_run(store, {KEY: record.key})
    if earlier is not None and is_whole(earlier, record.missing):
        return False
    run = earlier or begin(store, {KEY: record.key}, record)
    fill(store, run, record, FINISHED)
    return True


def is_whole(run: "Run", missing: Sequence[str]) -> bool:
    """Tell whether a run was logged to its end, with every file that is here by now."""
    lacking = list(filter(None, run.data.tags.get(MISSING, "").split(", ")))
    return run.info.status != "RUNNING" and set(lacking) <= set(missing)


def begin(store: Store, known_by: Mapping[str, str], record: Record) -> "Run":
    """Make a run that is known again by tags, whatever happens to this process or the server."""
    create_run(store, known_by, record)
    run = find_run(store, known_by)
    assert run is not None
    return run


def create_run(store: Store, known_by: Mapping[str, str], record: Record) -> "Run":
    """Make a run, without a look whether a dying server has made it twice."""
    return store.client.create_run(
        store.experiment, start_time=record.began, tags=dict(known_by), run_name=record.name
    )


def fill(store: Store, run: "Run", record: Record, status: str) -> None:
    """Write all of a record; the status comes last, as the mark of a whole run."""
    from mlflow.entities import Metric, Param, RunTag

    number = run.info.run_id
    values = [Metric(name, value, record.ended, 0) for name, value in record.metrics.items()]
    values += [Metric(name, value, record.ended, step) for name, step, value in record.curves]
    batches = zip_longest(
        _pieces(values, METRICS),
        _pieces([Param(*each) for each in record.params.items()], PARAMS),
        _pieces([RunTag(*each) for each in record.tags.items()], TAGS),
        fillvalue=(),
    )
    for batch in batches:
        # A store drops a value that it has, with the same step and time.
        store.client.log_batch(number, *batch)
    if record.files:
        store.put(run, record.files)
    store.client.set_terminated(number, status, record.ended)


def extend(
    store: Store,
    run: "Run",
    curves: Curves,
    now: int,
    params: Mapping[str, str] = MappingProxyType({}),
    tags: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Add the steps that a run does not have; a step is there with all its values, or not at all."""
    from mlflow.entities import Metric, Param, RunTag

    number = run.info.run_id
    names = sorted({name for name, _, _ in curves})
    known = {each.step for each in store.client.get_metric_history(number, names[0])} if names else set()
    new = [step for step in sorted({step for _, step, _ in curves}) if step not in known]
    store.client.log_batch(
        number,
        params=[Param(*each) for each in params.items()],
        tags=[RunTag(*each) for each in tags.items()],
    )
    for steps in _pieces(new, METRICS // max(1, len(names))):
        wanted = set(steps)
        values = [Metric(name, value, now, step) for name, step, value in curves if step in wanted]
        store.client.log_batch(number, values)


def note_commit(store: Store, run: "Run", name: str, tags: Mapping[str, str]) -> bool:
    """Let a run that was logged from the workspace tell its commit, once it has one."""
    known = run.data.tags.get(KIND, "")
    if not known.startswith("workspace") or tags[KIND].startswith("workspace"):
        return False
    for key, value in {**tags, "mlflow.runName": name}.items():
        store.client.set_tag(run.info.run_id, key, value)
    return True


def _pieces(items: Sequence[T], size: int) -> list[Sequence[T]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
