"""The waits of a first day: from a bare clone to the report, a mistake in a command, the tests.

    python benchmarks/first_minutes.py [--before COMMIT] [WORD ...]

WORDs choose the rows of the table whose names hold one of them; `tests` is a row only where it is named.
With --before each row is measured at that commit too, in the same run.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent

# What would show that this process has an environment already.
LEFT_OUT = {"VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "MAKEFLAGS", "MAKELEVEL", "OMP_NUM_THREADS"}

TESTS = "tests"

# `make UV=false` has pip step in for uv; a commit whose Makefile knows no uv has one way.
WAYS = {
    "uv, nothing in its cache": [],
    "uv, all in its cache": [],
    "pip, nothing in its cache": ["UV=false"],
}


def measure(*words: str, before: str = "") -> str:
    """Return Markdown: seconds of each row now, and at another commit."""
    commits = [commit for commit in (before, "HEAD") if commit]
    with tempfile.TemporaryDirectory(prefix="retrace-bench-") as place:
        clones = [_clone(Path(place), commit) for commit in commits]
        rows = [(name, *cells) for name, cells in _rows(clones, words)]
    titles = ["now"] if not before else [f"at {before}", "now"]
    lines = [f"| what | {' | '.join(titles)} |", f"| --- |{' ---: |' * len(titles)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _rows(clones: list[Path], words: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    measured = {
        **{way: lambda clone, way=way: _first_minutes(clone, way) for way in WAYS},
        "a mistake: `hpo/search.py --metric typo`": _mistake,
        f"the {TESTS}": _tests,
    }
    for name, seconds_of in measured.items():
        if any(word in name for word in words) or not (words or TESTS in name):
            cells = []
            for clone in clones:
                cells.append(seconds_of(clone))
                print(f"{clone.name}, {name}: {cells[-1]}", file=sys.stderr)
            yield name, cells


def _clone(place: Path, commit: str) -> Path:
    clone = place / commit
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    subprocess.run(["git", "checkout", "--quiet", commit], cwd=clone, check=True)
    return clone


def _first_minutes(clone: Path, way: str) -> str:
    """Write ``"26.4 s + 64.3 s = 90.7 s"``: the set-up and the pipeline, from nothing."""
    if "uv" in way and ".ci/uv.py" not in (clone / "Makefile").read_text():
        return ""
    subprocess.run(["git", "clean", "-dffxq"], cwd=clone, check=True)
    setup, run = (_timed(["make", *WAYS[way], word], clone) for word in (".venv/ready", "repro"))
    return f"{setup:.1f} s + {run:.1f} s = **{setup + run:.1f} s**"


def _mistake(clone: Path) -> str:
    _timed(["make", ".venv/ready-hpo"], clone)
    command = [".venv/bin/python", "hpo/search.py", "--metric", "typo"]
    return f"{min(_timed(command, clone, status=1) for _ in range(5)):.2f} s"


def _tests(clone: Path) -> str:
    """Say how long `make test` takes after its set-up."""
    _timed(["make", ".venv/ready-dev"], clone)
    seconds = _timed(["make", "test"], clone)
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def _timed(command: list[str], clone: Path, status: int = 0) -> float:
    start = time.perf_counter()
    run = subprocess.run(
        command, cwd=clone, env=_environment(clone), capture_output=True, text=True, check=False
    )
    if run.returncode != status:
        sys.exit(run.stdout + run.stderr)
    return time.perf_counter() - start


def _environment(clone: Path) -> dict[str, str]:
    """Return this one's without its environment of Python, and with caches that no other clone fills."""
    environment = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    folders = os.environ["PATH"].split(os.pathsep)
    here = Path(sys.prefix, "bin")
    return environment | {
        "PATH": os.pathsep.join(folder for folder in folders if Path(folder) != here),
        "PYTHON": getattr(sys, "_base_executable", sys.executable),  # what made the environment
        "UV_CACHE_DIR": f"{clone}-uv",
        "PIP_CACHE_DIR": f"{clone}-pip",
    }


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--before", default="", metavar="COMMIT")
    options.add_argument("words", nargs="*")
    asked = options.parse_args()
    print(measure(*asked.words, before=asked.before))
