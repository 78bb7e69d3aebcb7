"""A search as one run of MLflow's with a run for each trial below it: from the study, by one writer.

So it does not matter who tried what: processes here, Dask's workers, or several searchers of a database.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrace.core.artifacts import REPORT_HTML
from retrace.core.errors import RetraceError
from retrace.tools.repository.addresses import without_secrets
from retrace.tools.tracking.records import Record
from retrace.tools.tracking.store import Store
from retrace.tools.tracking.writing import FINISHED, begin, create_run, fill, find_run

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial

RESULTS = Path("hpo/results")
JOURNAL = "study.journal"

PARENT, STUDY, TRIAL = "mlflow.parentRunId", "retrace.study", "retrace.trial"

STATUS = {"COMPLETE": FINISHED, "PRUNED": "KILLED", "FAIL": "FAILED"}


def open_studies(name: str | None = None, storage: str | None = None) -> "list[Study]":
    """Open one study, or all that searches of this project left in hpo/results.

    Raises
    ------
    RetraceError
        There is none of this name, or Optuna is not installed.
    """
    try:
        import optuna
    except ModuleNotFoundError as error:
        raise RetraceError(
            "studies are Optuna's: run `pip install --no-deps -r requirements-hpo.txt`"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    places: list[str] = [storage] if storage else _journals(name)
    studies = []
    for place in places:
        study = Path(place).parent.name if storage is None else name
        try:
            studies.append(optuna.load_study(study_name=study, storage=_opened(place)))
        except (KeyError, ValueError) as error:
            raise RetraceError(f"no study '{study}' in {without_secrets(place)}: {error}") from error
    return studies


def _journals(name: str | None) -> list[str]:
    journals = sorted(map(str, RESULTS.glob(f"*/{JOURNAL}")))
    if name is None:
        return journals
    own = str(RESULTS / name / JOURNAL)
    if own not in journals:
        known = ", ".join(Path(each).parent.name for each in journals) or "none"
        raise RetraceError(
            f"there is no study '{name}' in {RESULTS} (there are: {known}); where it is in a database,"
            " name that with --storage"
        )
    return [own]


def _opened(place: str) -> Any:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    return place if "://" in place else JournalStorage(JournalFileBackend(place))


def log_study(store: Store, study: "Study") -> int:
    """Log a study and those of its trials that have ended and are not there; return how many.

    A search that goes on has its further trials below the same run.
    """
    trials = [trial for trial in study.get_trials(deepcopy=False) if trial.state.is_finished()]
    trials = [trial for trial in trials if "retired" not in trial.user_attrs and _began(trial)]
    if not trials:
        return 0
    whole = _study_record(study, trials)
    known_by = {STUDY: whole.key}
    parent = find_run(store, known_by) or begin(store, known_by, whole)
    logged = _logged(store, parent.info.run_id)
    new = [trial for trial in trials if str(trial.number) not in logged]
    for trial in new:
        record = _trial_record(study, trial)
        known_as = {PARENT: parent.info.run_id, TRIAL: str(trial.number)}
        fill(store, create_run(store, known_as, record), record, STATUS[trial.state.name])
    if new or parent.info.status != FINISHED:
        fill(store, parent, whole, FINISHED)
        _logged(store, parent.info.run_id)
    return len(new)


def _logged(store: Store, parent: str) -> set[str]:
    """Return the numbers of the trials below a run; what is there in part or twice is deleted."""
    whole = set()
    for run in store.find({PARENT: parent}):
        number = run.data.tags.get(TRIAL, "")
        if run.info.status == "RUNNING" or number in whole:
            store.client.delete_run(run.info.run_id)
        else:
            whole.add(number)
    return whole


def _study_record(study: "Study", trials: "Sequence[FrozenTrial]") -> Record:
    attributes = study.user_attrs
    first, last = min(map(_began, trials)), max(map(_ended, trials))
    pages = {
        path.name: path
        for name in ("report.md", "best.yaml", REPORT_HTML.name)
        if (path := RESULTS / study.study_name / name).is_file()
    }
    # Two clones may name their studies alike; no two begin in the same millisecond.
    key = f"{study.study_name} {attributes.get('identity', '')} {first}"
    shown = {
        name: attributes[name]
        for name in ("model", "data", "folds", "seed")
        if attributes.get(name) is not None
    }
    return Record(
        key=key,
        name=study.study_name,
        began=first,
        ended=last,
        params={name: str(value) for name, value in shown.items()},
        metrics=_best(study, trials),
        tags={"retrace.study.name": study.study_name, "retrace.trials": str(len(trials))},
        files=pages,
    )


def _best(study: "Study", trials: "Sequence[FrozenTrial]") -> dict[str, float]:
    done = [trial for trial in trials if trial.state.name == "COMPLETE"]
    if not done or len(study.directions) > 1:
        return {}
    pick = max if study.direction.name == "MAXIMIZE" else min
    best = pick(done, key=lambda trial: trial.values[0])
    return {f"best.{_goals(study)[0]}": best.values[0], "best.trial": best.number}


def _trial_record(study: "Study", trial: "FrozenTrial") -> Record:
    goals = _goals(study)
    attributes = trial.user_attrs
    values = trial.values if trial.state.name == "COMPLETE" else []
    tags = {"error": attributes.get("error", ""), "worker": attributes.get("worker", "")}
    return Record(
        key=str(trial.number),
        name=f"trial {trial.number}",
        began=_began(trial),
        ended=_ended(trial),
        params={
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in attributes.get("overrides", trial.params).items()
        },
        metrics=dict(zip(goals, values or [], strict=False)),
        curves=[
            (f"{goals[0]} by step", step, value) for step, value in trial.intermediate_values.items()
        ],
        tags={name: str(value)[:1000] for name, value in tags.items() if value},
    )


def _goals(study: "Study") -> list[str]:
    return list(study.user_attrs.get("metrics", [])) or [
        f"value {n}" for n in range(len(study.directions))
    ]


def _began(trial: "FrozenTrial") -> int:
    return int(trial.datetime_start.timestamp() * 1000) if trial.datetime_start else 0


def _ended(trial: "FrozenTrial") -> int:
    return int(trial.datetime_complete.timestamp() * 1000) if trial.datetime_complete else _began(trial)
