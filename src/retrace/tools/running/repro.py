"""`retrace repro`: `dvc repro`, with the typos caught first and the scores printed last."""

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from retrace.core.errors import RetraceError
from retrace.tools.repository.dvc import run_dvc

if TYPE_CHECKING:
    from retrace.core.params import Params


def repro(context: typer.Context) -> None:
    """Run the stages that changed, then print the scores and where they came from.

    Options are those of `dvc repro`, as in `retrace repro --force train`.
    """
    from retrace.core.artifacts import METRICS, REPORT_MD
    from retrace.core.params import load_params
    from retrace.evaluation.metrics import check_metric
    from retrace.readers import describe
    from retrace.tools.repository.last_run import note_run
    from retrace.tools.repository.lock import locked_outputs

    params = load_params()
    check_metric(params, describe(params.data).task)
    if "--pull" in context.args:
        _fetch_runs()
    start = time.monotonic()
    locked = locked_outputs()
    before = {path: path.read_bytes() for path in (METRICS, REPORT_MD) if path.exists()}
    if run_dvc("repro", *context.args).returncode != 0:
        _restore(before)
        raise RetraceError(_hint(Path("data") / params.data))
    targets = [word for word in context.args if not word.startswith("-")]
    if not {"--dry", "-h", "--help"} & set(context.args) and (not targets or "report" in targets):
        seconds = time.monotonic() - start
        note_run(seconds, locked)
        typer.echo(_summary(params, seconds))


def _fetch_runs() -> None:
    """Learn which runs `dvc repro --pull` need not repeat; DVC itself would take those of any branch."""
    from retrace.tools.repository.branches import readable_branches
    from retrace.tools.repository.dvc import open_repository
    from retrace.tools.repository.remote import SECONDS_TO_ANSWER, default_remote, reach
    from retrace.tools.repository.run_cache import fetch_runs

    with open_repository(notes=True) as repo:
        if default_remote(repo):
            reach(repo, SECONDS_TO_ANSWER)
            fetch_runs(repo, readable_branches())


def _restore(before: dict[Path, bytes]) -> None:
    """After a run that failed, make the outputs again what dvc.lock says that they are."""
    from retrace.tools.repository.dvc import cached_file, check_out
    from retrace.tools.repository.lock import is_in_place, locked_outputs

    wrong = [output for output in locked_outputs() if not is_in_place(output)]
    for output in wrong:
        if Path(output.path) in before:
            Path(output.path).write_bytes(before[Path(output.path)])
    others = [output for output in wrong if Path(output.path) not in before]
    if paths := [output.path for output in others if cached_file(output.md5).exists()]:
        check_out(paths)


def _hint(folder: Path) -> str:
    if folder.with_name(f"{folder.name}.dvc").is_file() and not folder.exists():
        return f"{folder} is not here, but DVC knows it: run `dvc pull {folder}` or `dvc checkout`"
    return "the pipeline stopped at the message above; mend it and run again: finished stages stay"


def _summary(params: "Params", seconds: float) -> str:
    from retrace.core import artifacts
    from retrace.core.machine import describe_machine
    from retrace.tools.repository.last_run import lock_hash

    metrics = artifacts.load(artifacts.METRICS)
    test, validation = metrics["test"], metrics["validation"]
    lines = [f"\n{params.model} on {params.data}: {test['n']} test rows"]
    lines += [
        f"  {name:<20} test {test[name]:.4f}   validation {value:.4f}"
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
