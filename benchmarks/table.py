"""A large table through the first three stages: peak memory and growth of time."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from retrace.tools.repository.overrides import edit_params
from retrace.tools.running.reruns import copy_workspace

N_COLUMNS = 20

DESCRIPTION = """\
title: Made-up numbers
task: classification
kind: tabular
reader: table
file: table.{suffix}
target: label
licence: none
"""


def measure(sizes: tuple[int, ...] = (10_000, 100_000, 1_000_000)) -> str:
    """Return a Markdown table: seconds and peak memory by stage and number of rows."""
    lines = [
        "| file | rows | in memory | read_data | preprocess | split | peak memory | peak / in memory |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for suffix in ("parquet", "csv"):
        lines += [_row(suffix, n_rows) for n_rows in sizes]
    return "\n".join(lines)


def _row(suffix: str, n_rows: int) -> str:
    with tempfile.TemporaryDirectory(prefix="retrace-table-") as folder:
        copy = copy_workspace(Path(folder) / "copy")
        table = _write_table(copy, suffix, n_rows)
        in_memory = table.memory_usage(index=False).sum() / 2**20
        del table
        seconds, peaks = zip(*(_run(copy, s) for s in ("read_data", "preprocess", "split")), strict=True)
    times = " | ".join(f"{second:.1f} s" for second in seconds)
    peak = max(peaks)
    return (
        f"| {suffix} | {n_rows:,} | {in_memory:.0f} MiB | {times} | {peak:.0f} MiB"
        f" | {peak / in_memory:.1f} |"
    )


def _write_table(folder: Path, suffix: str, n_rows: int) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    columns = {f"x{i}": generator.normal(size=n_rows).round(6) for i in range(N_COLUMNS)}
    table = pd.DataFrame(columns | {"label": generator.integers(0, 3, n_rows)})
    (folder / "data/large").mkdir()
    path = folder / f"data/large/table.{suffix}"
    table.to_parquet(path) if suffix == "parquet" else table.to_csv(path, index=False)
    (folder / "data/large.yaml").write_text(DESCRIPTION.format(suffix=suffix))
    edit_params({"data": "large", "split.method": "stratified"}, folder)
    return table


# A process starts with the peak memory of the one that forks it: this small one forks instead of us.
LAUNCHER = """
import resource, subprocess, sys, time
start = time.monotonic()
subprocess.run([sys.executable, sys.argv[1]], stdout=subprocess.DEVNULL, check=True)
print(time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def _run(folder: Path, stage: str) -> tuple[float, float]:
    run = subprocess.run(
        [sys.executable, "-c", LAUNCHER, f"src/{stage}.py"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, peak = map(float, run.stdout.split())
    return seconds, peak


if __name__ == "__main__":
    print(measure())
