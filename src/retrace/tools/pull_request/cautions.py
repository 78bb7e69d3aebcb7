"""What a reader should know before trusting a result: warnings, and notes that warn of nothing."""

from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement

from retrace.core.artifacts import METRICS_JSON, REPORT_MD
from retrace.core.errors import first_few
from retrace.tools.pull_request.gathering import Request, data_warnings, environment
from retrace.tools.repository.git import git
from retrace.tools.repository.requirements import unmet
from retrace.tools.repository.sides import Side
from retrace.tools.significance.judging import quoted

REQUIREMENTS = Path("requirements.txt")

# What a run on a clean commit leaves changed; CI uploads it, and commits it where settings ask for that.
RESULTS = {"dvc.lock", METRICS_JSON.as_posix(), REPORT_MD.as_posix()}

MOST = 12


def warnings(request: Request) -> list[str]:
    """Say what is wrong with the data, the workspace or the environment."""
    listed = [
        *(_sentence(note) for note in request.head.notes),
        *_uncommitted(),
        *_unpinned(),
        *_of_data(request),
        *(_sentence(note) for note in (request.base.notes if request.base else ())),
    ]
    return _first(listed)


def notes(request: Request) -> list[str]:
    """Say what else bears on the verdict: other hardware or versions, a base that has moved."""
    listed = list(_moved(request))
    if request.compared:
        known = {*request.head.notes, *request.compared.base.notes}
        listed += [_sentence(note) for note in request.compared.notes if note not in known]
        listed += _versions(request.compared.base, request.head)
    return _first(listed)


def uncommitted() -> list[str]:
    """Name the files that differ from the commit, those that a run writes left out."""
    lines = git("status", "--porcelain", "--untracked-files", "--no-renames", "-z").split("\0")
    # Git's first line may have lost its leading space.
    names = [line.lstrip().split(" ", 1)[-1].lstrip() for line in lines if line]
    return [name for name in names if name not in RESULTS]


def _uncommitted() -> Iterator[str]:
    if names := uncommitted():
        yield f"Files here differ from the commit: {quoted(names)}."


def _unpinned() -> Iterator[str]:
    try:
        differing = unmet()
    except InvalidRequirement:
        return
    if differing:
        yield f"What is installed here is not what `{REQUIREMENTS}` pins: {first_few(differing)}."


def _of_data(request: Request) -> Iterator[str]:
    known = data_warnings(request.base)
    for warning in data_warnings(request.head) or []:
        new = known is not None and warning not in known
        yield f"Data{', new here' if new else ''}: {warning}."


def _moved(request: Request) -> Iterator[str]:
    base, start = request.base, request.start
    if base is None or request.is_first:
        return
    if start is None:
        yield (
            "Git cannot tell where this branch began (a shallow clone?), so all is told against the"
            f" tip of `{base.name}`."
        )
    elif request.moved:
        commits = f"{request.behind} commit{'s' if request.behind > 1 else ''}"
        yield (
            f"`{base.name}` has moved on by {commits} since this branch began. The verdict is against"
            f" its tip, `{base.tree.commit[:7]}`; what changed is told against"
            f" `{start.tree.commit[:7]}`, where the branch began."
        )


def _versions(base: Side, head: Side) -> Iterator[str]:
    before, now = (environment(side).get("versions", {}) for side in (base, head))
    changed = [
        f"{name} {before[name]} → {now[name]}"
        for name in now
        if name in before and before[name] != now[name]
    ]
    if changed:
        yield f"Trained with other versions: {first_few(changed)}."


def _sentence(note: str) -> str:
    return f"{note[:1].upper()}{note[1:]}."


def _first(sentences: list[str]) -> list[str]:
    rest = len(sentences) - MOST
    return sentences if rest <= 0 else [*sentences[:MOST], f"And {rest} more."]
