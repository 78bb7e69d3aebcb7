"""The training and validation part that the pipeline cached: brought up to date, and read."""

from collections.abc import Callable

from retrace.core import artifacts
from retrace.core.artifacts import TRAIN, VALIDATION
from retrace.core.errors import RetraceError
from retrace.core.records import Dataset
from retrace.tools.repository.dvc import run_dvc
from retrace.tools.repository.lock import is_in_place, locked_outputs
from retrace.tools.repository.sole_run import sole_run
from retrace.tools.repository.stages import Stage
from retrace.tools.repository.staleness import problems

# What they are made by.
MAKERS = ("read_data", "preprocess", "split")


def bring_up_to_date(stages: list[Stage], command: str, echo: Callable[[str], object]) -> None:
    """Run the pipeline up to the split where its parts are stale.

    Parameters
    ----------
    command : str
        Who asks for it, such as ``"retrace search"``.
    echo : callable
        Told why it runs.

    Raises
    ------
    RetraceError
        A stage failed.
    """
    reason = stale_because(stages)
    if reason is None:
        return
    echo(f"running `dvc repro split`: {reason}")
    with sole_run(command):
        process = run_dvc("repro", "split", capture_output=True)
    if process.returncode != 0:
        lines = [line for line in process.stderr.splitlines() if line.strip()]
        raise RetraceError(
            f"`dvc repro split` failed: mend it and run `{command}` again", details=lines[-3:]
        )


def stale_because(stages: list[Stage]) -> str | None:
    """Say why the cached parts are not those of params.yaml, the code and the data; None if they are.

    That the test part is not here is no reason: it stays shut.
    """
    for stage in stages:
        if stage.name in MAKERS and (reasons := problems(stage)):
            return f"{stage.name}: {reasons[0]}"
    parts = {str(TRAIN), str(VALIDATION)}
    missing = [out.path for out in locked_outputs() if out.path in parts and not is_in_place(out)]
    return f"{missing[0]} is not here, or is another one" if missing else None


def load_parts() -> tuple[Dataset, Dataset]:
    """Return the rows that train and those that choose."""
    training, validation = (artifacts.load(path) for path in (TRAIN, VALIDATION))
    return training, validation
