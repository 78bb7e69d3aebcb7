"""`retrace repro`: `dvc repro`, with the typos caught first and the scores printed last."""

import signal
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO

import typer

from retrace.core.errors import RetraceError

# Nothing is made: no scores to print, nothing to hold the folder for.
HELP = {"-h", "--help"}
ONLY_SAYS = {"--dry", *HELP}


def repro(context: typer.Context) -> None:
    """Run the stages that changed, then print the scores and where they came from.

    Options are those of `dvc repro`, as in `retrace repro --force train`. One run at a time works in a
    folder: a second one is refused. Code or params that are edited while a stage runs are noticed, and
    that stage is not recorded.
    """
    from retrace.tools.repository.reproduction import check_options
    from retrace.tools.repository.sole_run import sole_run

    if not HELP & set(context.args):
        check_options(context.args)
    with sole_run(" ".join(["retrace repro", *context.args])) as holding:
        _run(context.args, holding)


def _run(arguments: Sequence[str], holding: IO[str]) -> None:
    from retrace.core.artifacts import METRICS_JSON, REPORT_MD
    from retrace.core.params import load_params
    from retrace.evaluation.metrics import check_metric
    from retrace.readers import describe
    from retrace.tools.repository.last_run import note_run
    from retrace.tools.repository.lock import locked_outputs
    from retrace.tools.repository.reproduction import mend_lock, restore_outputs, run_pipeline

    params = load_params()
    check_metric(params, describe(params.data).task)
    if "--pull" in arguments:
        _fetch_runs()
    start = time.monotonic()
    if mended := mend_lock():
        typer.echo(mended)
    locked = locked_outputs()
    before = {path: path.read_bytes() for path in (METRICS_JSON, REPORT_MD) if path.exists()}
    if status := run_pipeline(arguments, holding):
        restore_outputs(before)
        _explain(status, Path("data") / params.data)
    targets = [word for word in arguments if not word.startswith("-")]
    if not ONLY_SAYS & set(arguments) and (not targets or "report" in targets):
        seconds = time.monotonic() - start
        note_run(seconds, locked)
        typer.echo(_summary(seconds))


def _fetch_runs() -> None:
    """Learn which runs `dvc repro --pull` need not repeat; DVC itself would take those of any branch."""
    from retrace.tools.repository.bases import readable_branches
    from retrace.tools.repository.dvc import open_repository
    from retrace.tools.repository.remote import SECONDS_TO_ANSWER, default_remote, reach
    from retrace.tools.repository.run_cache import fetch_runs

    with open_repository(notes=True) as repo:
        if default_remote(repo):
            reach(repo, SECONDS_TO_ANSWER)
            fetch_runs(repo, readable_branches())


def _explain(status: int, data: Path) -> None:
    if status < 0:
        name = signal.Signals(-status).name
        said = f"error: ended by {name}: nothing half-written was left behind; the same command goes on"
        print(said, file=sys.stderr)
        sys.exit(128 - status)
    raise RetraceError(_hint(data))


def _hint(folder: Path) -> str:
    if folder.with_name(f"{folder.name}.dvc").is_file() and not folder.exists():
        return f"{folder} is not here, but DVC knows it: run `dvc pull {folder}` or `dvc checkout`"
    return "the pipeline stopped at the message above; mend it and run again: finished stages stay"


def _summary(seconds: float) -> str:
    from retrace.core import artifacts
    from retrace.core.machine import describe_machine
    from retrace.evaluation.intervals import number_text
    from retrace.tools.repository.last_run import lock_hash
    from retrace.tools.repository.lock import read_lock

    # What the scores are of: params.yaml may name another model by now, or `train` may be frozen.
    used = read_lock().params
    metrics = artifacts.load(artifacts.METRICS_JSON)
    test, validation = metrics["test"], metrics["validation"]
    lines = [f"\n{used['model']} on {used['data']}: {test['n']} test rows"]
    lines += [
        f"  {name:<20} test {number_text(test[name])}   validation {number_text(value)}"
        for name, value in validation.items()
    ]
    lines += [
        f"machine    {describe_machine()}",
        f"report     {artifacts.REPORT_HTML} (open it in a browser), {artifacts.REPORT_MD}",
        f"made from  {_revision()}, dvc.lock {lock_hash()}",
        f"checked    {datetime.now():%Y-%m-%d %H:%M}, took {seconds:.1f} s",
    ]
    return "\n".join(lines)


def _revision() -> str:
    from retrace.tools.repository.git import git, has_changes

    commit = git("rev-parse", "--short", "HEAD") or "no Git commit yet"
    return f"{commit} with uncommitted changes" if has_changes() else commit
