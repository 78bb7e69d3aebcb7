"""The pipeline under DVC against its five scripts run bare."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from retrace.tools.repository.dvc import run_dvc
from retrace.tools.repository.overrides import edit_params
from retrace.tools.running.reruns import copy_workspace

STAGES = ("read_data", "preprocess", "split", "train", "report")

REPEATS = 2


def measure() -> str:
    """Return a Markdown table: seconds, and the ratio to the bare scripts or to the cold run."""
    found: dict[str, list[float]] = {"bare": [], "cold": [], "nothing": [], "changed": []}
    for repeat in range(REPEATS):  # in turns, so that a noisy moment hits all
        with tempfile.TemporaryDirectory(prefix="retrace-bench-") as folder:
            bare = copy_workspace(Path(folder) / "bare")
            copy = copy_workspace(Path(folder) / "dvc")
            found["bare"].append(_time(lambda bare=bare: _run_scripts(bare)))
            found["cold"].append(_time(lambda copy=copy: _repro(copy)))
            found["nothing"].append(_time(lambda copy=copy: _repro(copy)))
            edit_params({"models.cnn.dropout": 0.4 + 0.01 * repeat}, copy)
            found["changed"].append(_time(lambda copy=copy: _repro(copy)))
    best = {name: min(seconds) for name, seconds in found.items()}
    rows = (
        ("five scripts, bare", best["bare"], "1"),
        ("`dvc repro`, cold", best["cold"], f"{best['cold'] / best['bare']:.2f} of bare"),
        ("`dvc repro`, nothing to do", best["nothing"], f"{best['nothing'] / best['cold']:.3f} of cold"),
        ("`dvc repro`, one model parameter changed", best["changed"],
         f"{best['changed'] / best['cold']:.2f} of cold"),
    )  # fmt: skip
    lines = ["| run | time | ratio |", "| --- | ---: | ---: |"]
    return "\n".join([*lines, *(f"| {name} | {time:.1f} s | {ratio} |" for name, time, ratio in rows)])


def _time(action) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _run_scripts(folder: Path) -> None:
    for stage in STAGES:
        subprocess.run(
            [sys.executable, f"src/{stage}.py"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(folder / "src")},
            capture_output=True,
            check=True,
        )


def _repro(folder: Path) -> None:
    run = run_dvc("repro", cwd=folder, capture_output=True, env={"PYTHONPATH": str(folder / "src")})
    if run.returncode:
        sys.exit(run.stderr)


if __name__ == "__main__":
    print(measure())
