"""`retrace compare` on two runs with a million test rows, in a real repository under Git and DVC."""

import hashlib
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from retrace.tools.running.reruns import copy_workspace

CLASSES = ("cat", "dog", "fish")
METRICS = ("accuracy", "f1_macro", "log_loss")

# Where the time goes, as the command itself sees it; its imports are part of what a user waits for.
STEPS = """
import time
start = time.perf_counter()
from retrace.core.artifacts import PREDICTIONS
from retrace.tools.comparison import formats
from retrace.tools.repository import differences
from retrace.tools.significance.judging import judge
from retrace.tools.repository.predictions import align, read_rows
from retrace.tools.repository.sides import load_side, predictions_path
times = {"imports": time.perf_counter() - start}
def step(name, action):
    start = time.perf_counter()
    found = action()
    times[name] = time.perf_counter() - start
    return found
sides = step("revisions", lambda: [load_side(name) for name in ("main", "other")])
paths = step("cache", lambda: [predictions_path(side) for side in sides])
rows = step("reading", lambda: [read_rows(path, "a side") for path in paths])
step("same rows", lambda: align(*rows))
judged = step("judging, with reading", lambda: judge(*sides, metric=METRIC))
step("changed rows", lambda: differences.changed_rows(*judged.rows))
print("; ".join(f"{name} {seconds:.1f} s" for name, seconds in times.items()))
"""


def measure(sizes: tuple[int, ...] = (10_000, 1_000_000)) -> str:
    """Return a Markdown table: seconds of the whole command by number of test rows and metric."""
    lines = [
        "| test rows | of the other run | metric | `retrace compare` | processor | where it goes |",
        "| ---: | --- | --- | ---: | ---: | --- |",
    ]
    for n_rows, shuffled, metrics in (
        *((n_rows, False, METRICS) for n_rows in sizes),
        (max(sizes), True, ("accuracy",)),
    ):
        with tempfile.TemporaryDirectory(prefix="retrace-compare-") as folder:
            repository = _repository(Path(folder) / "copy", n_rows, shuffled=shuffled)
            order = "in another order" if shuffled else "in the same order"
            lines += [f"| {n_rows:,} | {order} | {_row(repository, metric)} |" for metric in metrics]
    return "\n".join(lines)


def _row(folder: Path, metric: str) -> str:
    command = [sys.executable, "-m", "retrace", "compare", "main", "other", "--metric", metric]
    start, cpu = time.monotonic(), _processor_time()
    printed = _run(folder, *command)
    seconds, cpu = time.monotonic() - start, _processor_time() - cpu
    assert printed.startswith(("**better**", "**worse**", "**no significant")), printed
    steps = _run(folder, sys.executable, "-c", STEPS.replace("METRIC", repr(metric)))
    return f"{metric} | {seconds:.1f} s | {cpu:.1f} s | {steps.strip()}"


def _processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _repository(folder: Path, n_rows: int, *, shuffled: bool) -> Path:
    """Make a repository with a run on each of two branches; the second model is right a little more."""
    copy_workspace(folder)
    (folder / ".dvc/config.local").unlink()
    _git(folder, "init", "-q", "-b", "main")
    base = _predictions(n_rows, right=0.90)
    _commit(folder, base, "main")
    _git(folder, "switch", "-q", "-c", "other")
    other = _predictions(n_rows, right=0.901)
    _commit(folder, other.sample(frac=1, random_state=0) if shuffled else other, "other")
    return folder


def _predictions(n_rows: int, *, right: float) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    y = generator.integers(0, len(CLASSES), n_rows)
    luck = generator.random(n_rows)
    predicted = np.where(luck < right, y, (y + 1) % len(CLASSES))
    probabilities = generator.dirichlet(np.ones(len(CLASSES)), n_rows)
    hashes = generator.integers(0, 2**63, n_rows, dtype=np.uint64)
    names = np.array(CLASSES, dtype=object)
    table = {
        "part": "test",
        "id": np.arange(n_rows),
        "group": "",
        "row_hash": [f"{value:016x}" for value in hashes],
        "true": names[y],
        "predicted": names[predicted],
    }
    return pd.DataFrame(table | {f"p_{name}": probabilities[:, i] for i, name in enumerate(CLASSES)})


def _commit(folder: Path, predictions: pd.DataFrame, name: str) -> None:
    """Put the predictions into DVC's cache and name them in dvc.lock, as the report stage would."""
    content = predictions.to_csv(index=False).encode()
    md5 = hashlib.md5(content).hexdigest()
    cached = folder / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
    cached.parent.mkdir(parents=True)
    cached.write_bytes(content)
    metrics = json.dumps({"test": dict.fromkeys(METRICS, 0.5) | {"n": len(predictions)}})
    (folder / "metrics.json").write_text(metrics)
    outs = {"report/predictions.csv": md5, "metrics.json": hashlib.md5(metrics.encode()).hexdigest()}
    listed = [{"path": path, "md5": md5} for path, md5 in outs.items()]
    lock = {"schema": "2.0", "stages": {"report": {"cmd": "python src/report.py", "outs": listed}}}
    buffer = io.BytesIO()
    YAML().dump(lock, buffer)
    (folder / "dvc.lock").write_bytes(buffer.getvalue())
    _git(folder, "add", "-A")
    _git(folder, "commit", "-q", "-m", name)


def _git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.org")
    _run(folder, "git", *identity, *arguments)


def _run(folder: Path, *command: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(folder / "src")}
    run = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


if __name__ == "__main__":
    print(measure())
