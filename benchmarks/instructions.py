"""What the same bytes on every machine cost: portable against native instructions."""

import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

from retrace.core.params import load_params
from retrace.models.registry import models_for
from retrace.readers import describe
from retrace.tools.repository.overrides import edit_params
from retrace.tools.running.pairs import make_pair
from retrace.tools.running.reruns import copy_workspace

# A training of few epochs says as much of the ratio as a whole one.
FEWER = {"digits/cnn": " models.cnn.epochs=3", "digits/mlp": " models.mlp.epochs=10"}

# Its time goes into large matrix products, where the two differ most.
WIDE = "digits/mlp models.mlp.epochs=10 models.mlp.hidden=[512,512]"

CHOICES = ("portable", "native")

ROUNDS = 3


def measure() -> str:
    """Return a Markdown table: seconds of one core for each model, best of three, taken in turns."""
    with tempfile.TemporaryDirectory(prefix="retrace-instructions-") as folder, ExitStack() as stack:
        workers = {choice: _start(Path(folder) / choice, choice, stack) for choice in CHOICES}
        seconds = {name: _best(workers, name) for name in [*_shipped(), WIDE]}
    lines = ["| dataset / model | portable | native | ratio |", "| --- | ---: | ---: | ---: |"]
    for name, (portable, native) in seconds.items():
        lines.append(f"| {name} | {portable:.3f} s | {native:.3f} s | {portable / native:.2f} |")
    return "\n".join(lines)


def _shipped() -> list[str]:
    """Name each model of each dataset that ships."""
    kinds = {data: describe(data) for data in ("digits", "wine", "diabetes")}
    names = [f"{data}/{model}" for data, of in kinds.items() for model in models_for(of.task, of.kind)]
    return [name + FEWER.get(name, "") for name in names]


def _start(copy: Path, choice: str, stack: ExitStack) -> subprocess.Popen[str]:
    """Start a process that takes the time of what it is told, in a folder that chooses instructions."""
    copy_workspace(copy)
    edit_params({"train.instructions": choice}, copy)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    command = [sys.executable, str(Path(__file__).resolve()), "--serve"]
    return stack.enter_context(subprocess.Popen(command, cwd=copy, **pipes))


def _best(workers: dict[str, subprocess.Popen[str]], name: str) -> list[float]:
    """Return the least of some rounds for each choice; the first round also loads the libraries."""
    rounds = [[_ask(worker, name) for worker in workers.values()] for _ in range(ROUNDS)]
    return [min(taken) for taken in zip(*rounds, strict=True)]


def _ask(worker: subprocess.Popen[str], name: str) -> float:
    print(name, file=worker.stdin, flush=True)
    return float(worker.stdout.readline())


def _serve() -> None:
    params = load_params()
    for line in sys.stdin:
        start = time.process_time()
        make_pair(params, line.strip())
        print(time.process_time() - start, flush=True)


if __name__ == "__main__":
    _serve() if sys.argv[1:] == ["--serve"] else print(measure())
