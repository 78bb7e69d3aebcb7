"""Rows without labels through a model: memory and throughput against a bare loop of `predict_proba`."""

import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from retrace.tools.repository.dvc import run_dvc
from retrace.tools.repository.overrides import edit_params
from retrace.tools.running.reruns import copy_workspace

N_ROWS, N_COLUMNS, CHUNK = 5_000_000, 20, 16_384

MODELS = ("logistic_regression", "random_forest")

DESCRIPTION = """\
title: Made-up numbers
task: classification
kind: tabular
reader: table
file: table.csv
target: label
licence: none
"""

# The least that one can do for the same file of answers: no questions asked.
PLAIN = """
import sys
import retrace, joblib, numpy as np, pyarrow as pa, pyarrow.parquet as pq
model = joblib.load("cache/model.joblib")
names, writer, start = np.array(model.signature_.classes, dtype=object), None, 0
for batch in pq.ParquetFile(sys.argv[1]).iter_batches(int(sys.argv[3])):
    p = model.predict_proba(batch.to_pandas())
    said = {"id": np.arange(start, start + len(p)), "predicted": names[p.argmax(axis=1)]}
    table = pa.table(said | {f"p_{name}": p[:, i] for i, name in enumerate(names)})
    writer = writer or pq.ParquetWriter(sys.argv[2], table.schema)
    writer.write_table(table)
    start += len(p)
writer.close()
"""

# A process starts with the peak memory of the one that forks it: this small one forks instead of us.
LAUNCHER = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""


def measure(n_rows: int = N_ROWS, models: tuple[str, ...] = MODELS) -> str:
    """Return a Markdown table: seconds of CPU and peak memory, of `retrace predict` and a bare loop."""
    lines = [
        "| model | rows | `retrace predict` | bare `predict_proba` | throughput | peak memory | bare |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    with tempfile.TemporaryDirectory(prefix="retrace-predict-") as folder:
        copy = copy_workspace(Path(folder) / "copy")
        table = Path(folder) / "table.parquet"
        _write_rows(table, n_rows)
        lines += [_row(copy, table, model, n_rows) for model in models]
    return "\n".join(lines)


def _row(copy: Path, table: Path, model: str, n_rows: int) -> str:
    _fit(copy, model)
    output = str(table.with_name("answers.parquet"))
    ours = [sys.executable, "-m", "retrace", "predict", str(table), "--output", output]
    bare = [sys.executable, "-c", PLAIN, str(table), output, str(CHUNK)]
    runs = [(_run(copy, ours), _run(copy, bare)) for _ in range(2)]
    (seconds, peak), (bare_seconds, bare_peak) = (min(each) for each in zip(*runs, strict=True))
    return (
        f"| {model} | {n_rows:,} | {seconds:.1f} s | {bare_seconds:.1f} s | {bare_seconds / seconds:.2f}"
        f" | {peak:.0f} MiB | {bare_peak:.0f} MiB |"
    )


def _fit(copy: Path, model: str) -> None:
    folder = copy / "data/large"
    folder.mkdir(exist_ok=True)
    rows = _rows(10_000, seed=1)
    total = rows.sum(axis=1)
    rows.assign(label=np.digitize(total, np.quantile(total, [1 / 3, 2 / 3]))).to_csv(
        folder / "table.csv", index=False
    )
    (copy / "data/large.yaml").write_text(DESCRIPTION)
    edit_params({"data": "large", "model": model, "models.random_forest.n_estimators": 50}, copy)
    if not (copy / ".git").exists():
        subprocess.run(["git", "init", "-q"], cwd=copy, check=True)
        identity = ["-c", "user.name=benchmark", "-c", "user.email=benchmark@example.org"]
        commit = ["git", *identity, "commit", "-q", "--allow-empty", "-m", "start"]
        subprocess.run(commit, cwd=copy, check=True)
    environment = {"PYTHONPATH": str(copy / "src")}
    run_dvc("repro", "--quiet", "train", cwd=copy, env=environment).check_returncode()


def _rows(n_rows: int, seed: int) -> pd.DataFrame:
    values = np.random.default_rng(seed).normal(size=(n_rows, N_COLUMNS)).round(6)
    return pd.DataFrame(values, columns=[f"x{i}" for i in range(N_COLUMNS)])


def _write_rows(path: Path, n_rows: int) -> None:
    step = 250_000
    with pq.ParquetWriter(path, pa.Schema.from_pandas(_rows(1, 0), preserve_index=False)) as writer:
        for start in range(0, n_rows, step):
            rows = _rows(min(step, n_rows - start), seed=start)
            writer.write_table(pa.Table.from_pandas(rows, preserve_index=False))


def _run(folder: Path, command: list[str]) -> tuple[float, float]:
    run = subprocess.run(
        [sys.executable, "-c", LAUNCHER, *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "src"), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, peak = map(float, run.stdout.split())
    return seconds, peak


if __name__ == "__main__":
    print(measure(*map(int, sys.argv[1:2]), models=tuple(sys.argv[2:]) or MODELS))
