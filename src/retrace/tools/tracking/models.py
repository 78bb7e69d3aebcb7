"""A run's model in MLflow's own form, for those who load it from there: on request."""

import importlib.metadata
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from retrace.core import artifacts
from retrace.core.errors import ArtifactError
from retrace.tools.repository.lock import LOCK, parse_lock
from retrace.tools.repository.outputs import stored_output
from retrace.tools.tracking.choosing import Choice
from retrace.tools.tracking.records import KEY, key_of
from retrace.tools.tracking.store import Store
from retrace.tools.tracking.writing import find_run

FOLDER, TAG = "model", "model.uploaded"

ROWS = 3  # of the example

NEEDED = ("scikit-learn", "numpy", "pandas", "torch", "joblib", "cloudpickle")


def put_models(store: Store, choices: Sequence[Choice]) -> int:
    """Lay the model of each run beside it, once; return how many were new.

    A model is a pickle: who loads one runs what its maker wrote.

    Raises
    ------
    RetraceError
        A model, or the rows of its example, are nowhere.
    """
    return sum(_put(store, choice) for choice in choices)


def _put(store: Store, choice: Choice) -> bool:
    content = choice.tree.read([str(LOCK)]).get(str(LOCK), b"")
    run = find_run(store, {KEY: key_of(content)})
    lock = parse_lock(content, f"{LOCK} of {choice.tree.name}")
    if run is None or run.data.tags.get(TAG):
        return False
    model = stored_output(choice.tree, lock, artifacts.MODEL)
    validation = stored_output(choice.tree, lock, artifacts.VALIDATION)
    with tempfile.TemporaryDirectory(prefix="retrace-") as folder:
        place = Path(folder) / FOLDER
        save_model(model, validation, place)
        files = {
            f"{FOLDER}/{path.relative_to(place).as_posix()}": path
            for path in sorted(place.rglob("*"))
            if path.is_file()
        }
        store.put(run, files)
    store.client.set_tag(run.info.run_id, TAG, FOLDER)
    return True


def save_model(model: Path, validation: Path, folder: Path) -> None:
    """Write a model as MLflow does: with signature, input example and what it needs.

    Parameters
    ----------
    model, validation : Path
        The files of cache/model.joblib and cache/validation.pkl.
    folder : Path
        One that is not there yet.
    """
    import mlflow.sklearn
    from mlflow.models import infer_signature

    pipeline = _loaded(model)
    part = _loaded(validation)
    rows = part.X[:ROWS]
    mlflow.sklearn.save_model(
        pipeline,
        str(folder),
        signature=infer_signature(rows, pipeline.predict(rows)),
        input_example=None if part.private else rows,
        # Its own default refuses the types of these pipelines.
        serialization_format="cloudpickle",
        pip_requirements=[f"{name}=={importlib.metadata.version(name)}" for name in NEEDED],
    )


def _loaded(path: Path) -> Any:
    import joblib

    try:
        return joblib.load(path)
    except Exception as error:  # a pickle can fail in any way
        raise ArtifactError(f"{path} cannot be loaded here: {error}") from error
