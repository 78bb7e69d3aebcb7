"""The library as a wheel: built from a checkout, for a project that can take it from nowhere else."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from retrace.core.errors import RetraceError

BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"

LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.egg-info")

# Of each file in the archive, so that the same sources are the same wheel.
DATE = "315532800"


def build_wheel(checkout: Path, names: list[str], label: str, folder: Path) -> Path:
    """Build a wheel in a copy of the checkout, which stays as it is.

    Parameters
    ----------
    checkout : Path
        The top folder of the reference repository.
    names : list of str
        The files that the wheel holds beside the package.
    label : str
        What tells this build from a release, such as ``"g1a2b3c4"``.
    folder : Path
        Where the wheel goes.

    Raises
    ------
    RetraceError
        It cannot be built; the message has the last line of what was said.
    """
    with tempfile.TemporaryDirectory(prefix="retrace-") as place:
        copy = Path(place)
        shutil.copytree(checkout / "src", copy / "src", ignore=LEFT_OUT)
        extras = [path.name for path in checkout.glob("requirements*.in")]
        for name in {*names, *extras, "setup.py", "README.md", "LICENSE"}:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(checkout / name, copy / name)
        settings = (checkout / "pyproject.toml").read_text("utf-8")
        settings = re.sub(
            r'^version = "(.+)"$', rf'version = "\1+{label}"', settings, flags=re.MULTILINE
        )
        (copy / "pyproject.toml").write_text(settings, "utf-8")
        built = copy / "built"
        built.mkdir()
        run = subprocess.run(
            [sys.executable, "-c", BUILD, str(built)],
            cwd=copy,
            env=os.environ | {"SOURCE_DATE_EPOCH": DATE},
            capture_output=True,
            text=True,
            check=False,
        )
        wheels = list(built.glob("*.whl"))
        if run.returncode or not wheels:
            message = (run.stderr.strip() or "nothing was said").splitlines()[-1]
            raise RetraceError(f"{checkout} cannot be built as a wheel: {message}")
        folder.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(wheels[0], folder))
