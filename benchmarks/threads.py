"""How many CPU threads should train? On a quiet machine, and on one whose cores are busy."""

import dataclasses
import multiprocessing
import os
import time
from contextlib import contextmanager

import torch

from retrace.core.params import load_params
from retrace.models.fitting import fit_model
from retrace.models.registry import build_model
from retrace.readers import read
from retrace.splitting.methods import split_rows

REPEATS = 2


def measure() -> str:
    """Return a Markdown table: seconds for five epochs of each network, by threads and load."""
    lines = ["| network | threads | quiet | cores busy |", "| --- | ---: | ---: | ---: |"]
    for model in ("cnn", "mlp"):
        for threads in sorted({1, 2, os.cpu_count() or 1}):
            quiet = min(_seconds(model, threads) for _ in range(REPEATS))
            with _busy_cores():
                busy = min(_seconds(model, threads) for _ in range(REPEATS))
            lines.append(f"| {model} | {threads} | {quiet:.2f} s | {busy:.2f} s |")
    torch.set_num_threads(1)
    return "\n".join(lines)


def _seconds(name: str, threads: int) -> float:
    params = dataclasses.replace(load_params(), model=name)
    params.hyperparameters["epochs"] = 5
    dataset = read("digits")
    parts = {part: dataset.take(rows) for part, rows in split_rows(dataset, params.split).items()}
    model = build_model(params, dataset.kind)
    torch.set_num_threads(threads)
    start = time.perf_counter()
    fit_model(model, parts["train"], parts["validation"])
    return time.perf_counter() - start


def _burn(stop) -> None:
    while not stop.is_set():
        sum(range(10_000))


@contextmanager
def _busy_cores():
    """Keep every core busy with one process of ours."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    burners = [context.Process(target=_burn, args=(stop,)) for _ in range(os.cpu_count() or 1)]
    for burner in burners:
        burner.start()
    time.sleep(1)
    try:
        yield
    finally:
        stop.set()
        for burner in burners:
            burner.join()


if __name__ == "__main__":
    print(measure())
