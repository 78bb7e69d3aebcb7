"""Run all benchmarks and write docs/benchmarks.md: `make bench`."""

import os
import platform
from datetime import date
from pathlib import Path

import torch

import dashboard
import pipeline
import table
import threads
import training
from retrace.provenance import cpu_name

PAGE = Path("docs/benchmarks.md")

SECTIONS = (
    (
        "The pipeline",
        pipeline.measure,
        "Digits with the cnn as shipped; best of two runs, taken in turns."
        " `python benchmarks/pipeline.py`",
    ),
    (
        "Training a network",
        training.measure,
        "First the loop that the PyTorch tutorials teach (DataLoader, one `.item()` a batch, a copy of"
        " the best state) against ours, on the same network, data, batch size and number of threads:"
        " five epochs, best of two, in turns. Then the lab template's loop, rebuilt from what is known"
        " of it (LeNet-5's shape with 62k parameters, images enlarged to 32x32, batch size 16, Adam at"
        " .001, 20 epochs), against ours on one thread: five seeds, each of which draws its own parts"
        " (test .15, validation .17, stratified). The template itself reports .9926 on its own parts;"
        " this rebuilt loop does not reach it here. `python benchmarks/training.py`",
    ),
    (
        "How many threads",
        threads.measure,
        "Five epochs of each network as shipped, best of two, on a quiet machine and with one busy"
        " process per core. One thread ships: it costs little where the cores are free, it is the number"
        " that every machine has (another number gives other bits), and trainings that run side by side,"
        " as in a search, do not fight for cores. `python benchmarks/threads.py`",
    ),
    (
        "A large table",
        table.measure,
        "20 columns of numbers and a label. Each stage is a process of its own; peak memory is the"
        " largest of the three, interpreter and libraries included. `python benchmarks/table.py`",
    ),
    (
        "The dashboard",
        dashboard.measure,
        "Digits with experiments that DVC itself saved, five stages each. Each opening is a browser of"
        " its own that was started for it. `python benchmarks/dashboard.py`",
    ),
)


def main() -> None:
    """Measure section by section, then write the page."""
    text = [
        "# How fast is it, and against what?",
        "<!-- Written by `make bench`. -->",
        f"Measured on {date.today()} by `make bench` on {cpu_name()}, {os.cpu_count()} cores, Python"
        f" {platform.python_version()}, torch {torch.__version__}. The machine was shared: compare the"
        " ratios, which come from one run, rather than the seconds.",
    ]
    for title, measure, explanation in SECTIONS:
        print(f"{title} ...", flush=True)
        found = measure()
        print(found, flush=True)
        text += [f"## {title}", explanation, found]
    PAGE.write_text("\n\n".join(text) + "\n")


if __name__ == "__main__":
    main()
