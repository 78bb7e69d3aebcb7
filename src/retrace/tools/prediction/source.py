"""Which model is asked: the workspace's, one of a commit, version or experiment, or a file."""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrace.core.artifacts import MODEL, file_md5, load
from retrace.core.checked_yaml import checked
from retrace.core.errors import ArtifactError, DataError, ModelError, RetraceError
from retrace.core.params import Preprocess, Train
from retrace.readers import describe
from retrace.readers.shared.description import CommonDescription
from retrace.tools.repository.git import WORKSPACE, Tree, find_tree
from retrace.tools.repository.lock import Lock, parse_lock
from retrace.tools.repository.outputs import stored_output
from retrace.tools.repository.versions import commit_of_version

# What a row goes through before the model: other code, other rows.
BEFORE_THE_MODEL = (
    "src/retrace/core",
    "src/retrace/images",
    "src/retrace/readers",
    "src/retrace/cleaning",
    "src/readers.py",
    "requirements-retrace.txt",  # the same of a project whose library is a package
)

OWN_STEPS = "src/cleaners.py"

# What a run from before this key was there did.
SINCE: dict[str, Any] = {"steps": []}


@dataclass(frozen=True, kw_only=True)
class Source:
    """A model's file, and how rows are read and cleaned for it.

    Attributes
    ----------
    name : str
        As the user named the model.
    path : Path
        A file whose content has the MD5 ``md5``.
    commit, lock : str
        The commit that the model is of, and the name of its dvc.lock; of a file, the workspace's.
    train : Train
        Its device and threads decide the last bits.
    notes : tuple of str
        What a reader should know before trusting the answers.
    """

    name: str
    path: Path
    md5: str
    commit: str
    lock: str
    data: str
    description: CommonDescription
    preprocess: Preprocess
    train: Train
    notes: tuple[str, ...] = ()


# Those whose params a model needs; `preprocess` has single keys of `train`.
STAGES = ("preprocess", "read_data", "train")


def find_source(name: str | None) -> Source:
    """Find a model by its name, and bring it here if the DVC remote has it.

    Parameters
    ----------
    name : str or None
        A version (``v1.2.0``), a stage (``prod``), a branch, tag, commit or DVC experiment; the path of
        a .joblib file; None: what the workspace has.

    Raises
    ------
    RetraceError
        There is none of this name, it is not what its dvc.lock says, or it can be had nowhere.
    """
    if name is not None and name.endswith(".joblib"):
        return _source(name, find_tree(WORKSPACE), _file(Path(name)))
    return _source(name or WORKSPACE, tree_of(name or WORKSPACE), None)


def tree_of(name: str) -> Tree:
    """Return the files of the run that a model is of, by any name that `find_source` takes."""
    if name.endswith(".joblib") or name == WORKSPACE:
        return find_tree(WORKSPACE)
    return find_tree(commit_of_version(name) or name)


def run_of(source: Source) -> tuple[Tree, Lock]:
    """Return the files of a model's run and its dvc.lock.

    Raises
    ------
    ModelError
        Another model is there under that name now.
    """
    tree = tree_of(source.name)
    content = tree.read(["dvc.lock"]).get("dvc.lock", b"")
    if _name_of(content) != source.lock:
        raise ModelError(f"'{source.name}' is another model now: give the command again")
    return tree, parse_lock(content, f"dvc.lock of {tree.name}")


def load_output(source: Source, path: Path) -> Any:
    """Load what a stage of a model's run has left.

    Raises
    ------
    RetraceError
        The run has no such output, or it is nowhere.
    """
    tree, lock = run_of(source)
    if path.as_posix() not in lock.outs:
        raise RetraceError(f"dvc.lock of {tree.name} names no {path.as_posix()}: run `retrace repro`")
    return load(stored_output(tree, lock, path))


def _name_of(lock: bytes) -> str:
    return hashlib.sha256(lock).hexdigest()[:12]


def _file(path: Path) -> Path:
    if not path.is_file():
        raise ArtifactError(f"--model: {path} is not there: name a file that `retrace repro` made")
    return path


def _source(name: str, tree: Tree, file: Path | None) -> Source:
    content = tree.read(["dvc.lock"]).get("dvc.lock", b"")
    lock = parse_lock(content, f"dvc.lock of {tree.name}")
    if MODEL.as_posix() not in lock.outs:
        raise ModelError(
            f"'{name}' has no model: its dvc.lock names no {MODEL.as_posix()}: {_again(tree)}"
        )
    if lacking := [stage for stage in STAGES if stage not in lock.stages]:
        raise ModelError(
            f"dvc.lock of {tree.name} has no stage {', '.join(lacking)}, which says how rows are made"
            f" ready for '{name}': {_again(tree)}"
        )
    used, where = _used(lock), f"dvc.lock of {tree.name}"
    path = file or stored_output(tree, lock, MODEL)
    data = str(used["data"])
    preprocess = checked(Preprocess, SINCE | used["preprocess"], f"{where}: preprocess")
    return Source(
        name=name,
        path=path,
        md5=file_md5(path),
        commit=tree.commit,
        lock=_name_of(content),
        data=data,
        description=_description(data, tree, lock),
        preprocess=preprocess,
        train=checked(Train, used["train"], f"{where}: train"),
        notes=(*_other_code(tree, lock), *_other_steps(tree, lock, preprocess)),
    )


def _used(lock: Lock) -> Mapping[str, Any]:
    """Return the params that the model was made with, which those of params.yaml now need not be."""
    used: dict[str, Any] = {}
    for stage in STAGES:
        used |= lock.stages[stage].get("params", {}).get("params.yaml", {})
    return used


def _description(data: str, tree: Tree, lock: Lock) -> CommonDescription:
    """Read the description that the model's data had: what is in the workspace may be another."""
    path = f"data/{data}.yaml"
    content = tree.read([path]).get(path)
    wanted = lock.sources["read_data"].get(path)
    if content is None or hashlib.md5(content).hexdigest() != wanted:
        raise DataError(
            f"{path} is not the one that the model of {tree.name} was made from: {_again(tree)}"
        )
    with tempfile.TemporaryDirectory(prefix="retrace-") as folder:
        (Path(folder) / f"{data}.yaml").write_bytes(content)
        return describe(data, Path(folder))


def _other_code(tree: Tree, lock: Lock) -> list[str]:
    """Say whether the code before the model is another than when the model was made."""
    here = find_tree(WORKSPACE)
    content = here.read(["dvc.lock"]).get("dvc.lock", b"")
    now = parse_lock(content, "dvc.lock").sources
    others = sorted(
        {
            path
            for stage in ("read_data", "preprocess")
            for path, md5 in lock.sources[stage].items()
            if path.startswith(BEFORE_THE_MODEL) and now.get(stage, {}).get(path, md5) != md5
        }
    )
    return [f"rows are read by other code than of {tree.name}: {', '.join(others)}"] if others else []


def _other_steps(tree: Tree, lock: Lock, preprocess: Preprocess) -> list[str]:
    """Say whether the project's steps that rows go through here are others than the model's."""
    wanted = lock.sources["preprocess"].get(OWN_STEPS)
    if not preprocess.steps or wanted == file_md5(_file_of_steps()):
        return []
    return [f"rows go through other steps than of {tree.name}: {OWN_STEPS} is another file here"]


def _file_of_steps() -> Path:
    if not (path := Path(OWN_STEPS)).is_file():
        raise ModelError(f"{path} is not here: the model's rows go through steps of it")
    return path


def _again(tree: Tree) -> str:
    return "run `retrace repro`" if tree.kind == "workspace" else "run `retrace repro` there and commit"
