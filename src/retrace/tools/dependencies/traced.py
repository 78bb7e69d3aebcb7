"""What stages open when they run, added to what their code says that they load."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from retrace.tools.dependencies.judging import Verdict, covered
from retrace.tools.repository.stages import Stage
from retrace.tools.repository.tracing import opened_by

# Of the project itself: DVC reads them, and knows their changes.
KNOWN = ("dvc.yaml", "dvc.lock", ".dvc", ".git", "__pycache__")


def with_traces(
    verdicts: Sequence[Verdict], stages: Sequence[Stage], root: Path, say: Callable[[str], None]
) -> list[Verdict]:
    """Run each stage in a copy, and add to its verdict the files that it opens and does not declare.

    Parameters
    ----------
    verdicts : sequence of Verdict
        From `retrace.tools.dependencies.judging.judge`.
    stages : sequence of Stage
        All of the project.
    root : Path
        Its top folder.
    say : callable
        Gets a line for each dependency that no process of a stage opened: libraries written in C open
        files that Python does not see, and another run may take another way, so that is no fault yet.
    """
    return [_with_trace(verdict, opened_by(verdict.stage, stages, root), say) for verdict in verdicts]


def _with_trace(verdict: Verdict, opened: set[str], say: Callable[[str], None]) -> Verdict:
    stage = verdict.stage
    own = [result.path for result in stage.results]
    read = {name for name in opened if not covered(name, [*own, *stage.params, *KNOWN])}
    read = {name for name in read if "__pycache__" not in name}
    loads = read | set(verdict.loads)
    for dep in stage.declared:
        if not any(covered(name, [dep]) for name in loads):
            say(f"note: {stage.name}: this run did not open {dep}")
    missing = {name for name in loads if not covered(name, stage.declared)}
    unused = [dep for dep in verdict.unused if not any(covered(name, [dep]) for name in loads)]
    return replace(
        verdict, missing=tuple(sorted(missing)), unused=tuple(unused), loads=tuple(sorted(loads))
    )
