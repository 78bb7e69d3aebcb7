"""The training and validation parts, as the pipeline would make them now; the test part stays shut."""

from collections.abc import Callable

from retrace.core import artifacts
from retrace.core.artifacts import TRAIN, VALIDATION
from retrace.core.errors import RetraceError
from retrace.core.records import Dataset
from retrace.tools.repository.dvc import run_dvc
from retrace.tools.repository.lock import is_in_place, locked_outputs
from retrace.tools.repository.stages import Stage
from retrace.tools.repository.staleness import problems

# What the parts are made by.
MAKERS = ("read_data", "preprocess", "split")


def stale_because(stages: list[Stage]) -> str | None:
    """Say why the cached parts are not those of params.yaml, the code and the data.

    Parameters
    ----------
    stages : list of Stage
        From `retrace.tools.repository.stages.read_stages`.

    Returns
    -------
    str or None
        None where they are; that the test part is not here is no reason.
    """
    for stage in stages:
        if stage.name in MAKERS and (found := problems(stage)):
            return f"{stage.name}: {found[0]}"
    wanted = {str(TRAIN), str(VALIDATION)}
    missing = [out.path for out in locked_outputs() if out.path in wanted and not is_in_place(out)]
    return f"{missing[0]} is not here, or is another one" if missing else None


def bring_up_to_date(stages: list[Stage], say: Callable[[str], None]) -> None:
    """Run the pipeline up to the split where its parts are stale.

    Raises
    ------
    RetraceError
        A stage failed.
    """
    reason = stale_because(stages)
    if reason is None:
        return
    say(f"running `dvc repro split`: {reason}")
    run = run_dvc("repro", "split", capture_output=True)
    if run.returncode != 0:
        said = [line for line in run.stderr.splitlines() if line.strip()]
        raise RetraceError("`dvc repro split` failed: mend it and search again", details=said[-3:])


def load_parts() -> tuple[Dataset, Dataset]:
    """Return the rows that train and those that choose."""
    training, validation = (artifacts.load(path) for path in (TRAIN, VALIDATION))
    return training, validation
