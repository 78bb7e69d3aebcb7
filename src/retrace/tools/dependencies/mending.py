"""What is wrong with stages in, the changes of dvc.yaml that mend it out."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePath

from retrace.tools.dependencies.judging import PARAMS, Verdict, covered
from retrace.tools.repository.declarations import Change, below, definition_of, write_changes

COMPILED = {".pyc", ".pyo"}


@dataclass(frozen=True, kw_only=True)
class Mended:
    """What was written, and what a person has to decide: lines for the user."""

    written: list[str]
    left: list[str]


def mend(verdicts: Sequence[Verdict], root: Path) -> Mended:
    """Write what stages miss into their dvc.yaml, and take out what they do not load.

    Parameters
    ----------
    verdicts : sequence of Verdict
        Of all stages: those of one ``foreach`` or ``matrix`` are changed together.
    root : Path
        The project's top folder.
    """
    written: list[str] = []
    left: list[str] = []
    outputs = {result.path for each in verdicts for result in each.stage.results}
    for file, of_file in groupby(verdicts, key=lambda each: each.stage.file):
        changes = {}
        for name, group in groupby(of_file, key=lambda each: definition_of(each.stage)):
            instances = list(group)
            of_stage = changes_of(instances, root, outputs)
            if of_stage:
                changes[name] = of_stage
                written += [f"{name}: {line}" for change in of_stage for line in _lines(change)]
            left += [f"{name}: {line}" for line in _for_a_person(instances)]
        if changes:
            write_changes(root / file, changes)
    return Mended(written=written, left=left)


def changes_of(instances: Sequence[Verdict], root: Path, outputs: Collection[str] = ()) -> list[Change]:
    """Return what the lists of one definition get and lose, by what all of its stages need.

    Parameters
    ----------
    instances : sequence of Verdict
        Of the stages of the definition.
    root : Path
        The project's top folder.
    outputs : collection of str
        What the project's stages make, from there: no folder that holds one becomes a dependency.
    """
    stage = instances[0].stage
    loads = set[str]().union(*(each.loads for each in instances))
    paths = fold(_of_all(instances, "missing"), loads, root, {*outputs, stage.folder or "."})
    # A folder that is declared now stands for what was declared of it.
    inside = {dep for dep in stage.declared if covered(dep, paths)}
    gone = {*_of_all(instances, "unused"), *inside}
    keys = [
        key.partition(": ")[2] for key in _of_all(instances, "keys") if key.startswith(f"{PARAMS}: ")
    ]
    changes = []
    if paths or gone:
        places = [[below(stage, path) for path in sorted(group)] for group in (paths, gone)]
        changes.append(Change(section="dependencies", add=places[0], remove=places[1]))
    if keys:
        changes.append(Change(section="params", add=sorted(keys)))
    return changes


def fold(missing: Iterable[str], loads: set[str], root: Path, apart: Collection[str] = ()) -> set[str]:
    """Put a folder in place of its files where all of it is loaded.

    Parameters
    ----------
    missing, loads : iterable of str
        Files, as paths from the top folder.
    root : Path
        The project's top folder.
    apart : collection of str
        What no folder may hold: outputs, and the folder that the stage runs in.
    """
    folded: set[str] = set()
    for name in sorted(missing):
        wholes = [
            folder.as_posix()
            for folder in PurePath(name).parents
            if not any(covered(path, [folder.as_posix()]) for path in apart)
            and _is_whole(folder, loads, root)
        ]
        folded.add(wholes[-1] if wholes else name)
    return folded


def _is_whole(folder: PurePath, loads: set[str], root: Path) -> bool:
    if folder == PurePath():
        return False
    inside = (each for each in (root / folder).rglob("*") if each.is_file())
    files = [each for each in inside if "__pycache__" not in each.parts and each.suffix not in COMPILED]
    names = {each.relative_to(root).as_posix() for each in files}
    return len(names) > 1 and names <= loads


def _of_all(instances: Sequence[Verdict], kind: str) -> set[str]:
    return set.intersection(*(set(getattr(each, kind)) for each in instances))


def _for_a_person(instances: Sequence[Verdict]) -> list[str]:
    """Name what only some stages of a definition miss, and keys of other files than params.yaml."""
    lines = []
    for kind in ("missing", "keys"):
        shared = _of_all(instances, kind)
        of_some = {name for each in instances for name in getattr(each, kind)} - shared
        lines += [f"{name} is of some of its stages only" for name in sorted(of_some)]
    others = [key for key in _of_all(instances, "keys") if not key.startswith(f"{PARAMS}: ")]
    return [*lines, *(f"{key} is to be declared under its file" for key in sorted(others))]


def _lines(change: Change) -> list[str]:
    return [f"+ {each}" for each in change.add] + [f"- {each}" for each in change.remove]
