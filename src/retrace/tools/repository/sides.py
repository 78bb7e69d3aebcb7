"""All that is known of one run: what it was made from, its metrics, and where its predictions are."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from retrace.core.artifacts import METRICS_JSON, PREDICTIONS, file_md5
from retrace.core.checked_yaml import flatten
from retrace.core.errors import ComparisonError, RetraceError
from retrace.tools.repository.bases import remote
from retrace.tools.repository.dvc import cached_file, has_remote
from retrace.tools.repository.git import Tree, find_tree, has_changes
from retrace.tools.repository.lock import LOCK, Lock, Values, parse_lock, parse_yaml
from retrace.tools.repository.stages import read_stages
from retrace.tools.repository.staleness import all_problems, stale_stages
from retrace.tools.repository.training_record import contradictions

LARGEST = 1e300  # of a metric

FILES = ("params.yaml", str(LOCK), str(METRICS_JSON))

NO_FINISHED_RUN = (
    "the workspace has no finished run: run `retrace repro`, or compare what is committed, as in"
    " `retrace compare main HEAD`"
)


@dataclass(frozen=True, kw_only=True)
class Side:
    """One run.

    Attributes
    ----------
    tree : Tree
        The commit or workspace that its files are from.
    changed : bool
        Whether the files differ from the commit: only a workspace can.
    params : dict
        The contents of params.yaml, as nested as they are there.
    metrics : dict
        The contents of metrics.json by part; empty where there is none.
    lock : Lock
        Without stages where there is none.
    notes : tuple of str
        What a reader should know before trusting the run.
    """

    tree: Tree
    changed: bool
    params: Values
    metrics: dict[str, dict[str, float]]
    lock: Lock
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name that the user gave."""
        return self.tree.name

    @property
    def ran(self) -> bool:
        """Whether there is a finished run."""
        return bool(self.metrics) and str(PREDICTIONS) in self.lock.outs

    @property
    def used(self) -> Values:
        """The parameters that the run really read, by full name."""
        return self.lock.params or flatten(self.params)

    @property
    def metric(self) -> str | None:
        """The metric that counts, as params.yaml names it."""
        return self.params.get("metric")


def load_side(name: str) -> Side:
    """Gather what is known of a branch, tag, commit, DVC experiment or of the workspace.

    Raises
    ------
    RetraceError
        There is no such revision, or the workspace is not what its dvc.lock says.
    """
    if not Path(".dvc").is_dir():
        raise RetraceError(f"{Path.cwd()} has no .dvc folder: run from the repository's top folder")
    return read_side(find_tree(name))


def read_side(tree: Tree, *, strict: bool = True) -> Side:
    """Gather what is known of one tree of files.

    Parameters
    ----------
    tree : Tree
        From `retrace.tools.repository.git.find_tree`.
    strict : bool
        Whether a workspace that is not what its dvc.lock says is refused; otherwise the side's notes
        say what is wrong with it.

    Raises
    ------
    RetraceError
        A file cannot be read, or the workspace is refused.
    """
    contents = tree.read(FILES)
    lock = parse_lock(contents.get(str(LOCK), b""), f"{LOCK} of {tree.name}")
    metrics = parse_metrics(contents.get(str(METRICS_JSON), b"{}"), tree.name)
    params = parse_yaml(contents.get("params.yaml", b""), f"params.yaml of {tree.name}")
    workspace = tree.kind == "workspace"
    ran = bool(lock.stages and metrics)
    if workspace:
        problems = workspace_problems(ran)
        if problems and strict:
            raise ComparisonError(NO_FINISHED_RUN, details=problems)
    else:
        problems = [problem] if ran and (problem := _problem(tree, lock, contents)) else []
    return Side(
        tree=tree,
        changed=workspace and has_changes(),
        params=params,
        metrics=metrics,
        lock=lock,
        notes=(_not_of_these_files(tree, problems),) if ran and problems else (),
    )


def predictions_path(side: Side) -> Path:
    """Return a file with the predictions that the side's dvc.lock names.

    Raises
    ------
    ComparisonError
        They are neither in DVC's cache nor in the workspace; the message says how to get them.
    """
    path = output_path(side.lock, PREDICTIONS)
    if path is None:
        raise ComparisonError(
            f"the predictions of `{side.name}` are not in DVC's cache: {_remedy(side)}"
        )
    return path


def output_path(lock: Lock, path: Path) -> Path | None:
    """Return where the content of an output lies: in DVC's cache, or else in the workspace."""
    md5 = lock.outs.get(path.as_posix())
    if md5 is None:
        return None
    cached = cached_file(md5)
    if cached.is_file():
        return cached if file_md5(cached) == md5 else None
    return path if path.is_file() and file_md5(path) == md5 else None


def _remedy(side: Side) -> str:
    if not has_remote():
        again = {
            "workspace": "`retrace repro --force report`",
            "commit": f"`git switch --detach {side.name}`, then `retrace repro`",
            "experiment": f"`dvc exp apply {side.name}`, then `retrace repro`",
        }
        return f"no DVC remote has them either, so make them again: {again[side.tree.kind]}"
    if side.tree.kind == "experiment":
        return (
            f"run `dvc exp pull {remote()} {side.name}`, or `dvc exp apply {side.name}` and `dvc pull`"
        )
    if side.tree.kind == "workspace":
        return f"run `dvc pull {PREDICTIONS.as_posix()}`"
    return f"run `dvc fetch --all-commits {PREDICTIONS.as_posix()}`"


def parse_metrics(content: bytes, name: str) -> dict[str, dict[str, float]]:
    """Return the metrics of each part, as metrics.json has them.

    Raises
    ------
    ComparisonError
        The content is something else; ``name`` says whose it is.
    """
    try:
        metrics = json.loads(content)
        if not _are_metrics(metrics):
            raise ValueError("not one finite number for each metric of each part")
    except (ValueError, RecursionError) as error:
        raise ComparisonError(
            f"metrics.json of {name} is not valid JSON of metrics ({error}): run `retrace repro`"
        ) from None
    return metrics


def _are_metrics(metrics: object) -> bool:
    """Tell whether this is ``{part: {metric: number}}``, with names that can be written."""
    if not isinstance(metrics, dict) or not all(isinstance(part, dict) for part in metrics.values()):
        return False
    "".join([*metrics, *(name for part in metrics.values() for name in part)]).encode()
    values = [value for part in metrics.values() for value in part.values()]
    # Compared, not converted: a whole number may be larger than any float.
    return all(type(value) in {int, float} and -LARGEST < value < LARGEST for value in values)


def workspace_problems(ran: bool) -> list[str]:
    """Say why the outputs of the workspace are not of its own params, data and code."""
    not_there = [] if ran else ["dvc.lock or metrics.json is not there"]
    return all_problems(read_stages()) or contradictions() or not_there


def _not_of_these_files(tree: Tree, problems: list[str]) -> str:
    whose = (
        "this run is not of the files here"
        if tree.kind == "workspace"
        else (f"the run of `{tree.name}` is not of its present files")
    )
    return f"{whose} ({'; '.join(problems)})"


def _problem(tree: Tree, lock: Lock, contents: dict[str, bytes]) -> str:
    """Say why a commit's dvc.lock is not of its own files; DVC itself could not judge without them."""
    if hashlib.md5(contents[str(METRICS_JSON)]).hexdigest() != lock.outs.get(str(METRICS_JSON)):
        return f"its {METRICS_JSON} is not the one that its dvc.lock names"
    stale = stale_stages(tree, lock)
    return "; ".join(f"{stage}: {reason} changed since" for stage, reason in stale.items())
