"""From a bare clone to the report: `git clone`, `make repro`, and nothing there before.

    python benchmarks/first_minutes.py [NAME]

NAME is a word of the table's first column, to measure that row alone.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent

# What would show that this process has an environment already.
LEFT_OUT = {"VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "MAKEFLAGS", "MAKELEVEL", "OMP_NUM_THREADS"}

# `make UV=false` has pip step in for uv.
WAYS = {
    "uv, nothing in its cache": [],
    "uv, all in its cache": [],
    "pip, nothing in its cache": ["UV=false"],
}


def measure(word: str = "") -> str:
    """Return Markdown: seconds and processor time of the set-up, and of all."""
    lines = [
        "| install by | set-up | of it processor | pipeline | of it processor | in all |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    with tempfile.TemporaryDirectory(prefix="retrace-bench-") as place:
        for way in (way for way in WAYS if word in way):
            (setup, setup_cpu), (run, run_cpu) = _first_minutes(Path(place), way)
            print(f"{way}: {setup:.0f} s, {run:.0f} s", file=sys.stderr)
            lines.append(
                f"| {way} | {setup:.1f} s | {setup_cpu:.1f} s | {run:.1f} s | {run_cpu:.1f} s"
                f" | {setup + run:.1f} s |"
            )
    return "\n".join(lines)


def _first_minutes(place: Path, way: str) -> list[tuple[float, float]]:
    clone = place / way.replace(" ", "-").replace(",", "")
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    environment = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    # Without the environment that this runs in, where the programs of another would be found.
    folders = [
        part for part in os.environ["PATH"].split(os.pathsep) if Path(part) != Path(sys.prefix, "bin")
    ]
    environment |= {
        "PATH": os.pathsep.join(folders),
        "UV_CACHE_DIR": str(place / "uv"),
        "PIP_CACHE_DIR": str(place / "pip"),
    }
    make = ["make", f"PYTHON={_python()}", *WAYS[way]]
    return [_timed([*make, word], clone, environment) for word in ("setup", "repro")]


def _python() -> str:
    """Return the Python that made the environment, if one is active."""
    return getattr(sys, "_base_executable", sys.executable)


def _timed(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    start, before = time.perf_counter(), _processor_seconds()
    run = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if run.returncode:
        sys.exit(run.stdout + run.stderr)
    return time.perf_counter() - start, _processor_seconds() - before


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    print(measure(*sys.argv[1:2]))
