"""How DVC is called: as the program that is installed beside this Python."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def run_dvc(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``dvc`` with the Python that runs now; stages then find the same ``python``."""
    folder = str(Path(sys.executable).parent)
    path = os.pathsep.join([folder, os.environ.get("PATH", "")])
    environment = os.environ | {"PATH": path} | options.pop("env", {})
    command = [sys.executable, "-m", "dvc", *arguments]
    return subprocess.run(command, env=environment, text=True, check=False, **options)
