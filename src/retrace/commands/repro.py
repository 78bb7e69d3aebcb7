"""`retrace repro`: `dvc repro`, with the typos caught first and the scores printed last."""

import hashlib
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import typer

from retrace import artifacts
from retrace.errors import RetraceError
from retrace.params import Params, load_params
from retrace.sources import describe

LOCK = Path("dvc.lock")


def repro(context: typer.Context) -> None:
    """Run the stages that changed, then print the scores and where they came from.

    Options are those of `dvc repro`, as in `retrace repro --force train`.
    """
    params = load_params()
    describe(params.data)
    start = time.monotonic()
    if not _dvc_repro(context.args):
        raise RetraceError(_hint(Path("data") / params.data))
    if not {"--dry", "-h", "--help"} & set(context.args) and artifacts.METRICS.exists():
        typer.echo(_summary(params, time.monotonic() - start))


def _dvc_repro(arguments: list[str]) -> bool:
    # Stages run `python`: let it be the one that runs this command, whatever PATH says.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    command = [sys.executable, "-m", "dvc", "repro", *arguments]
    return subprocess.run(command, env=os.environ | {"PATH": path}, check=False).returncode == 0


def _hint(folder: Path) -> str:
    if folder.with_name(f"{folder.name}.dvc").is_file() and not folder.exists():
        return f"{folder} is not here, but DVC knows it: run `dvc pull {folder}` or `dvc checkout`"
    return "the pipeline stopped at the message above; mend it and run again: finished stages stay"


def _summary(params: Params, seconds: float) -> str:
    metrics = artifacts.load(artifacts.METRICS)
    test, validation = metrics["test"], metrics["validation"]
    lines = [f"\n{params.model} on {params.data}: {test['n']} test rows"]
    lines += [
        f"  {name:<20} test {test[name]:.4f}   validation {value:.4f}"
        for name, value in validation.items()
    ]
    lines += [
        f"report     {artifacts.REPORT_HTML} (open it in a browser), {artifacts.REPORT_MD}",
        f"made from  {_revision()}, dvc.lock {_lock_hash()}",
        f"checked    {datetime.now():%Y-%m-%d %H:%M}, took {seconds:.1f} s",
    ]
    return "\n".join(lines)


def _revision() -> str:
    commit = _git("rev-parse", "--short", "HEAD") or "no Git commit yet"
    return f"{commit} with uncommitted changes" if _git("status", "--porcelain") else commit


def _git(*arguments: str) -> str:
    try:
        run = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return run.stdout.strip()


def _lock_hash() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
