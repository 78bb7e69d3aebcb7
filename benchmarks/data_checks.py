"""The checks of the data: false warnings, planted faults that they see, seconds."""

import time
from dataclasses import replace

import numpy as np
import pandas as pd

from retrace.cleaning.cleaners import clean
from retrace.core.params import Params, Split, load_params
from retrace.core.records import Dataset
from retrace.readers import read
from retrace.splitting.checks import check_data
from retrace.splitting.methods import split_rows

RUNS = 200
N_ROWS, N_COLUMNS = 1_000_000, 20


def measure() -> str:
    """Return a Markdown table: warnings of random parts, as they are and with a fault, and seconds."""
    params = load_params()
    lines = [
        f"| data | warnings in {RUNS} random splits | a leak is seen | a shift is seen | seconds |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    lines += [_row(name, params) for name in ("wine", "diabetes", "digits")]
    return "\n".join([*lines, _large(params.split)])


def _row(name: str, params: Params) -> str:
    dataset = clean(read(name), params.preprocess)
    start = time.perf_counter()
    clean_runs = [_check(dataset, params.split, seed) for seed in range(RUNS)]
    seconds = (time.perf_counter() - start) / RUNS
    warned = sum(bool(found.warnings) for found in clean_runs)
    if dataset.kind != "tabular":
        return f"| {name} | {warned} | | | {seconds:.2f} |"
    leaks = [_check(_with_leak(dataset, seed), params.split, seed) for seed in range(RUNS // 10)]
    shifts = [_check(dataset, params.split, seed, shift=True) for seed in range(RUNS // 10)]
    seen = sum("leak (" in " ".join(found.warnings) for found in leaks)
    felt = sum("The test part differs" in " ".join(found.warnings) for found in shifts)
    return f"| {name} | {warned} | {seen} of {len(leaks)} | {felt} of {len(shifts)} | {seconds:.2f} |"


def _check(dataset: Dataset, split: Split, seed: int, *, shift: bool = False):
    parts = split_rows(dataset, replace(split, seed=seed))
    if shift:
        X = dataset.X.copy()
        first = X.columns[0]
        X.loc[parts["test"], first] += X[first].std()
        dataset = replace(dataset, X=X)
    return check_data(dataset, parts, seed)


def _with_leak(dataset: Dataset, seed: int) -> Dataset:
    """Add the target, blurred so far that it still tells nearly everything."""
    blur = 0.1 * dataset.y.std() * np.random.default_rng(seed).normal(size=len(dataset))
    return replace(dataset, X=dataset.X.assign(leak=dataset.y + blur))


def _large(split: Split) -> str:
    generator = np.random.default_rng(0)
    columns = {f"x{i}": generator.normal(size=N_ROWS) for i in range(N_COLUMNS)}
    dataset = Dataset(
        name="large",
        title="Made-up numbers",
        task="classification",
        kind="tabular",
        X=pd.DataFrame(columns),
        y=generator.integers(0, 3, N_ROWS),
        classes=("a", "b", "c"),
        ids=np.arange(N_ROWS),
        row_hash=np.arange(N_ROWS, dtype=np.uint64),
    )
    parts = split_rows(dataset, split)
    start = time.perf_counter()
    found = check_data(dataset, parts, split.seed)
    seconds = time.perf_counter() - start
    return f"| {N_ROWS:,} x {N_COLUMNS} numbers | {len(found.warnings)} of 1 | | | {seconds:.2f} |"


if __name__ == "__main__":
    print(measure())
