"""How DVC is called: as the program that is installed beside this Python."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def run_dvc(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``dvc`` with the Python that runs now; stages then find the same ``python``."""
    environment = _environment() | options.pop("env", {})
    return subprocess.run(_command(arguments), env=environment, text=True, check=False, **options)


def start_dvc(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """Start ``dvc`` as `run_dvc` does, and leave the waiting to the caller."""
    return subprocess.Popen(_command(arguments), env=_environment(), text=True, **options)


def _command(arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "dvc", *arguments]


def _environment() -> dict[str, str]:
    folder = str(Path(sys.executable).parent)
    return os.environ | {"PATH": os.pathsep.join([folder, os.environ.get("PATH", "")])}
