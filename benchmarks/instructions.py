"""What the same bytes on every machine cost: portable against native instructions."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

from retrace.core.params import load_params
from retrace.tools.repository.overrides import set_params
from retrace.tools.running.pairs import make_pair
from retrace.tools.running.reruns import copy_workspace

# Shipped models of each library, and a wide network, whose time goes into matrix products.
PAIRS = (
    "digits/cnn models.cnn.epochs=5",
    "digits/mlp models.mlp.epochs=10",
    "digits/mlp models.mlp.epochs=10 models.mlp.hidden=[512,512]",
    "digits/logistic_regression",
    "digits/svm",
    "digits/random_forest",
    "digits/hist_gradient_boosting",
    "wine/mlp",
    "diabetes/mlp",
    "diabetes/ridge",
)

CHOICES = ("portable", "native")

ROUNDS = 2


def measure() -> str:
    """Return a Markdown table: seconds of one core for each model, best of two, taken in turns."""
    with tempfile.TemporaryDirectory(prefix="retrace-instructions-") as folder:
        copies = {choice: copy_workspace(Path(folder) / choice) for choice in CHOICES}
        for choice, copy in copies.items():
            set_params(copy, {"train.instructions": choice})
        seconds = {name: _best(copies, name) for name in PAIRS}
    lines = ["| dataset / model | portable | native | ratio |", "| --- | ---: | ---: | ---: |"]
    for name, found in seconds.items():
        portable, native = found["portable"], found["native"]
        lines.append(f"| {name} | {portable:.2f} s | {native:.2f} s | {portable / native:.2f} |")
    return "\n".join(lines)


def _best(copies: dict[str, Path], name: str) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__).resolve()), "--time", name]
    best = dict.fromkeys(copies, float("inf"))
    for _ in range(ROUNDS):
        for choice, copy in copies.items():
            own = os.environ | {"PYTHONPATH": str(copy / "src")}
            run = subprocess.run(
                command, cwd=copy, env=own, stdout=subprocess.PIPE, text=True, check=True
            )
            best[choice] = min(best[choice], float(run.stdout))
    return best


def _seconds(name: str) -> float:
    """Make a model twice in this process: the first time loads the libraries."""
    params = load_params()
    make_pair(params, name)
    start = time.process_time()
    make_pair(params, name)
    return time.process_time() - start


if __name__ == "__main__":
    print(_seconds(sys.argv[2]) if sys.argv[1:2] == ["--time"] else measure())
