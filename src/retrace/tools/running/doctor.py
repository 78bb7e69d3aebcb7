"""`retrace doctor`: tell what this machine lacks, before a run does."""

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import retrace
from retrace.core.errors import RetraceError

if TYPE_CHECKING:
    from retrace.tools.running.diagnosis import Finding


def doctor(
    gpu: Annotated[
        bool, typer.Option("--gpu", help="Fail where torch cannot compute on a GPU.")
    ] = False,
    seconds: Annotated[
        float, typer.Option(min=0.1, help="How long the remote may take to answer.")
    ] = 10,
) -> None:
    """Look at Python, git, the packages, DVC, its remote, disk, threads and GPU; one line each.

    Each line is ok, a warning or an error with what to do; any error makes the command fail.

        retrace doctor

        retrace doctor --gpu    # before a training on a GPU runner
    """
    if not Path("requirements.txt").is_file():
        raise RetraceError(f"no requirements.txt in {Path.cwd()}: run from the repository's top folder")
    findings = []
    for finding in _examine(required=gpu, seconds=seconds):
        typer.echo(finding)
        findings.append(finding)
    if wrong := [finding.about for finding in findings if finding.level == "error"]:
        raise RetraceError(f"mend first: {', '.join(wrong)}")


def _examine(*, required: bool, seconds: float) -> Iterator["Finding"]:
    from retrace.core.params import load_params
    from retrace.tools.repository.git import setup
    from retrace.tools.repository.requirements import unmet
    from retrace.tools.running import diagnosis, machine

    yield diagnosis.judge_python(sys.version_info[:3], sys.executable)
    yield diagnosis.judge_git(setup())
    yield diagnosis.judge_packages(unmet())
    source = Path(retrace.__file__).parent
    # In a project of `retrace new` the library is a pinned package, which `unmet` has judged.
    here = Path("src/retrace").absolute()
    yield diagnosis.judge_source(str(source), str(here if here.is_dir() else source))
    if find_spec("dvc"):
        yield from _examine_dvc(seconds)
    try:
        train = load_params().train
    except RetraceError as problem:
        yield diagnosis.error("params", str(problem))
        return
    yield diagnosis.judge_threads(train.threads, machine.cores(), os.environ.get("OMP_NUM_THREADS"))
    if find_spec("torch"):
        yield diagnosis.judge_gpu(machine.torch_build(), machine.driver(), train, required=required)


def _examine_dvc(seconds: float) -> Iterator["Finding"]:
    from retrace.tools.repository.dvc import open_repository, version
    from retrace.tools.running import diagnosis

    try:
        with open_repository() as repo:
            yield diagnosis.ok("dvc", f"{version()}, {len(repo.index.stages)} stages and .dvc files")
            yield _judge_remote(repo, seconds)
            cache = Path(repo.cache.local.path)
            yield _judge_cache(cache)
    except RetraceError as problem:
        yield diagnosis.error("dvc", str(problem))


def _judge_cache(cache: Path) -> "Finding":
    from retrace.tools.running import diagnosis

    try:
        existing = next(folder for folder in [cache, *cache.parents] if folder.exists())
        return diagnosis.judge_disk(shutil.disk_usage(existing).free, str(existing))
    except OSError as problem:
        return diagnosis.error("disk", f"DVC's cache in {cache}: {problem.strerror}: check its rights")


def _judge_remote(repo: Any, seconds: float) -> "Finding":
    from retrace.tools.repository.remote import NO_REMOTE, default_remote, reach
    from retrace.tools.running import diagnosis

    if default_remote(repo) is None:
        return diagnosis.warning("remote", f"{NO_REMOTE}, to share data and results")
    try:
        remote = reach(repo, seconds)
    except RetraceError as problem:
        return diagnosis.error("remote", str(problem))
    if not repo.config["remote"][remote.name].get("verify"):
        return diagnosis.error(
            "remote",
            f"'{remote.name}' ({remote.url}) answers, but plain `dvc pull` would take damaged files:"
            f" `dvc remote modify {remote.name} verify true`",
        )
    return diagnosis.ok("remote", f"'{remote.name}' ({remote.url}) answers")
