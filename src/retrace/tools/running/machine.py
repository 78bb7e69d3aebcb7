"""What this machine and its environment say of themselves; `diagnosis` judges it."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass

SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class Driver:
    """What `nvidia-smi` says; ``cuda`` is the newest CUDA that the driver can run."""

    version: str
    cuda: str
    gpus: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Torch:
    """The torch build, and what came of a sum on the GPU; ``cuda`` is None in a CPU build."""

    version: str
    cuda: str | None
    problem: str | None


def ask(*command: str) -> str | None:
    """Return what a program prints, or None where it is missing, fails, or takes over ten seconds."""
    try:
        run = subprocess.run(
            command, capture_output=True, text=True, timeout=SECONDS, check=True, errors="replace"
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return run.stdout.strip()


def driver() -> Driver | None:
    """Ask the NVIDIA driver; None where there is none."""
    report = ask("nvidia-smi", "-q")
    return parse_driver(report) if report else None


def parse_driver(report: str) -> Driver | None:
    """Read the report of ``nvidia-smi -q``; None where it is of something else."""
    own = re.search(r"^Driver Version\s*:\s*([\d.]+)", report, re.MULTILINE)
    cuda = re.search(r"^CUDA (?:UMD )?Version\s*:\s*([\d.]+)", report, re.MULTILINE)
    if own is None or cuda is None:
        return None
    names = re.findall(r"^\s+Product Name\s*:\s*(.+?)\s*$", report, re.MULTILINE)
    sizes = re.findall(r"FB Memory Usage\s+Total\s*:\s*(\d+) MiB", report)
    sizes += [""] * (len(names) - len(sizes))
    gpus = tuple(
        f"{name}, {int(size) / 1024:.0f} GiB" if size else name
        for name, size in zip(names, sizes, strict=False)
    )
    return Driver(version=own[1], cuda=cuda[1], gpus=gpus)


def torch_build() -> Torch:
    """Import torch and let it add two numbers on the GPU, if its build can."""
    import torch

    problem: str | None = "is a CPU build"
    if torch.version.cuda:
        try:
            torch.ones(1, device="cuda").add(1).item()
            problem = None
        except (RuntimeError, AssertionError) as error:
            problem = f"finds no GPU to compute on ({str(error).splitlines()[0]})"
    return Torch(version=torch.__version__, cuda=torch.version.cuda, problem=problem)


def cores() -> int:
    """Return how many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
