"""Facts of a machine in, one line of judgement out: ok, warning or error, and what to do."""

from dataclasses import dataclass
from typing import Literal

from retrace.core.errors import first_few
from retrace.core.params import Train
from retrace.tools.repository.git import Setup
from retrace.tools.running.machine import Driver, Torch

Level = Literal["ok", "warning", "error"]

MINIMUM_PYTHON = (3, 11)

GIGABYTE = 10**9

INSTALL = "`pip install --no-deps -r requirements.txt`, then `pip install -r requirements-torch.txt`"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of `retrace doctor`."""

    level: Level
    about: str
    says: str

    def __str__(self) -> str:
        """Return the line, in columns."""
        return f"{self.level:<8} {self.about:<9} {self.says}"


def ok(about: str, says: str) -> Finding:
    """Say that all is well."""
    return Finding(level="ok", about=about, says=says)


def warning(about: str, says: str) -> Finding:
    """Say that it works, but not for everything or not well."""
    return Finding(level="warning", about=about, says=says)


def error(about: str, says: str) -> Finding:
    """Say that it will not work."""
    return Finding(level="error", about=about, says=says)


def judge_python(version: tuple[int, ...], executable: str) -> Finding:
    """Judge the Python that runs."""
    shown = f"{'.'.join(map(str, version[:3]))} ({executable})"
    if version[:2] < MINIMUM_PYTHON:
        return error(
            "python", f"{shown} is too old: 3.11 or newer is needed, `make PYTHON=python3.11 ...`"
        )
    return ok("python", shown)


def judge_git(git: Setup) -> Finding:
    """Judge git, the repository and the identity that commits carry."""
    if git.version is None:
        return error("git", "is not installed: DVC needs it")
    if git.refusal:
        return error("git", f"{git.version}, but it sees no repository here: {git.refusal}")
    if not (git.name and git.email):
        return warning(
            "git",
            f"{git.version}, but commits have no author: `git config user.name <name>` and user.email",
        )
    if git.shallow:
        return warning("git", f"{git.version}, but the clone is shallow: `git fetch --unshallow`")
    return ok("git", f"{git.version}, commits as {git.name} <{git.email}>")


def judge_packages(unmet: list[str]) -> Finding:
    """Judge the installed versions against requirements.txt, which every stage depends on."""
    if unmet:
        return error("packages", f"{first_few(unmet)}: {INSTALL}")
    return ok("packages", "all as requirements.txt pins them")


def judge_source(imported: str, expected: str) -> Finding:
    """Judge whether `import retrace` gives this clone's code."""
    if imported != expected:
        return error("retrace", f"is imported from {imported}, not from here: `pip install -e .`")
    return ok("retrace", f"is imported from {imported}")


def judge_disk(free: int, folder: str) -> Finding:
    """Judge the free space, in bytes, where DVC's cache is."""
    shown = f"{free / GIGABYTE:.1f} GB free for DVC's cache in {folder}"
    if free < GIGABYTE // 2:
        return error("disk", f"{shown}: make room, `dvc gc --workspace` removes what is not in use")
    if free < 5 * GIGABYTE:
        return warning("disk", f"{shown}: every experiment adds to it")
    return ok("disk", shown)


def judge_threads(threads: int, cores: int, omp: str | None) -> Finding:
    """Judge train.threads against the cores and the environment variable OMP_NUM_THREADS."""
    shown = f"train.threads is {threads}, {cores} cores"
    if threads > cores:
        return warning("threads", f"{shown}: more threads than cores are slower; set it to {cores}")
    if omp and omp != str(threads):
        return ok("threads", f"{shown}; OMP_NUM_THREADS={omp} is set, but the stages set their own")
    return ok("threads", shown)


def judge_gpu(torch: Torch, driver: Driver | None, train: Train, *, required: bool) -> Finding:
    """Judge whether this torch build computes on this GPU, if it has to.

    Parameters
    ----------
    torch : Torch
        From `retrace.tools.running.machine.torch_build`.
    driver : Driver or None
        From `retrace.tools.running.machine.driver`.
    train : Train
        Its ``device`` is what the next training asks for.
    required : bool
        Whether a GPU is needed whatever params.yaml says.
    """
    needed = required or train.device == "cuda"
    build = f"torch {torch.version} ({f'CUDA {torch.cuda}' if torch.cuda else 'CPU build'})"
    if driver is None or not driver.gpus:
        remedy = "set train.device: cpu" if train.device == "cuda" else "choose a machine with one"
        if needed:
            return error("gpu", f"{build}, and no NVIDIA GPU or driver here: {remedy}")
        return ok("gpu", f"none, and train.device is cpu; {build}")
    description = f"{', '.join(driver.gpus)}, driver {driver.version} (CUDA {driver.cuda}), {build}"
    if torch.problem is None:
        return ok("gpu", f"{description}; train.device is {train.device}")
    return (error if needed else warning)("gpu", f"{description}: {_gpu_remedy(torch, driver)}")


def _gpu_remedy(torch: Torch, driver: Driver) -> str:
    if torch.cuda is None:
        return "install torch's CUDA build to use it (README, Set-up)"
    # Any driver for CUDA 12.x runs what is built for another 12.y.
    needs, has = torch.cuda.split(".")[0], driver.cuda.split(".")[0]
    if int(has) < int(needs):
        return f"the driver is too old: install one for CUDA {needs}, or a torch build for CUDA {has}"
    return f"torch {torch.problem}"
