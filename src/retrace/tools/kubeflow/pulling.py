"""A run of KFP brought back: its values, locks and files, as if `dvc repro` had run here."""

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import Any

from retrace.core.checked_yaml import flatten, load_yaml, yaml_values
from retrace.core.errors import RetraceError, first_few
from retrace.tools.kubeflow.parameters import Value
from retrace.tools.repository.components import copy
from retrace.tools.repository.git import listed
from retrace.tools.repository.lock import read_lock
from retrace.tools.repository.overrides import edit_params
from retrace.tools.repository.sole_run import sole_run
from retrace.tools.repository.taking_over import add_to_lock, keep_outputs

# What Git, DVC and this program keep for themselves.
OWN = ((".git",), (".dvc",), (".retrace",))


def lay_run(folder: Path, *, force: bool) -> list[str]:
    """Put a run into the workspace.

    Parameters
    ----------
    folder : Path
        From `retrace.tools.kubeflow.store.open_run`.
    force : bool
        Whether what is not committed may be lost.

    Returns
    -------
    list of str
        The values of params files that changed, such as ``"report.mistakes=5"``.

    Raises
    ------
    RetraceError
        Changes that are not committed would be lost, or a run works here.
    """
    about = load_yaml(folder / "run.yaml")
    changes = _changes(Value(*each) for each in about["values"])
    locks = {name: Path(file).with_name("dvc.lock") for name, file in about["locks"].items()}
    written = [*{value.file for value in changes}, *map(str, locks.values()), *about["outputs"]]
    _check_places(written)
    with sole_run("retrace kfp pull"):
        if not force and (lost := _not_committed(written)):
            raise RetraceError(
                f"{first_few(lost)} have changes that are not committed, and this run would replace"
                " them: commit them, or keep them with `dvc exp save`, and use --force"
            )
        for file in {value.file for value in changes}:
            wanted = {each.key: yaml_values(each.text) for each in changes if each.file == file}
            edit_params(wanted, file=file)
        for path in about["outputs"]:
            copy(folder / "files" / path, Path(path))
        for name, lock in locks.items():
            add_to_lock(lock, read_lock(folder / "locks" / name).stages)
        keep_outputs(about["outputs"])
    return [f"{value.option}={value.text}" for value in changes]


def _changes(values: Iterable[Value]) -> list[Value]:
    """Return the values that params files here do not have."""
    here: dict[str, dict[str, Any]] = {}
    changes = []
    for value in values:
        if value.file not in here:
            here[value.file] = flatten(load_yaml(Path(value.file)))
        wanted, known = yaml_values(value.text), here[value.file].get(value.key)
        if (type(wanted), wanted) != (type(known), known):
            changes.append(value)
    return changes


def _check_places(paths: Sequence[str]) -> None:
    """Refuse what leads elsewhere: whoever can write to the store can name any path."""
    for path in map(PurePath, paths):
        if path.is_absolute() or ".." in path.parts or path.parts[:1] in OWN:
            raise RetraceError(
                f"the run would write {path}, which is no place of a stage: it is damaged"
            )


def _not_committed(paths: Sequence[str]) -> list[str]:
    return listed("diff", "HEAD", "--name-only", "--no-renames", "--relative", "-z", "--", *paths)
