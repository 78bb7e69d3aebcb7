"""50,000 small photos in folders: decoding against plain Pillow, and the memory of `preprocess`."""

import dataclasses
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from retrace.cleaning.decoding import decode
from retrace.core import artifacts
from retrace.core.params import load_params
from retrace.readers import read
from retrace.tools.repository.overrides import edit_params
from retrace.tools.running.reruns import copy_workspace

SIZE = 64
REPEATS = 3

DESCRIPTION = """\
title: Made-up photos
task: classification
kind: image
reader: image_folder
licence: none
"""


def measure(n_images: int = 50_000) -> str:
    """Return two Markdown tables: decoding by number of processes, and the stages as they run."""
    with tempfile.TemporaryDirectory(prefix="retrace-images-") as folder:
        copy = copy_workspace(Path(folder) / "copy")
        _write_photos(copy / "data/photos", n_images)
        (copy / "data/photos.yaml").write_text(DESCRIPTION)
        edit_params({"data": "photos", "preprocess.image.size": SIZE}, copy)
        os.sync()  # or the disk would still be writing them while they are read
        return f"{_decoding(copy, n_images)}\n\n{_stages(copy, n_images)}"


def _write_photos(folder: Path, n_images: int) -> None:
    """Write JPEG files of 2 to 3 KiB: a coarse pattern under fine noise."""
    generator = np.random.default_rng(0)
    for name in ("calm", "rough"):
        (folder / name).mkdir(parents=True)
    for i in range(n_images):
        coarse = Image.fromarray(generator.integers(0, 256, (16, 16, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize((SIZE, SIZE), Image.Resampling.BICUBIC))
        noisy = smooth + generator.integers(-10, 11, smooth.shape)
        path = folder / ("calm", "rough")[i % 2] / f"{i:05}.jpg"
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(path, quality=85)


def _decoding(copy: Path, n_images: int) -> str:
    files = read("photos", copy / "data").X
    settings = dataclasses.replace(load_params().preprocess.image, size=SIZE, channels=3, fit="stretch")
    ways = {
        "plain Pillow, a loop": lambda: _plain_loop(files["path"]),
        "ours, 1 process": lambda: decode(files, settings, workers=1),
        "ours, 2 processes": lambda: decode(files, settings, workers=2),
    }
    speeds: dict[str, list[float]] = {way: [] for way in ways}
    costs: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(REPEATS):  # in turns, so that a noisy moment hits all
        for way, run in ways.items():
            start, used = time.perf_counter(), _processor_seconds()
            run()
            costs[way].append((_processor_seconds() - used) / n_images * 1e6)
            speeds[way].append(n_images / (time.perf_counter() - start))
    plain = max(speeds["plain Pillow, a loop"])
    lines = [
        "| decoding | images a second | of plain Pillow | processor time per image |",
        "| --- | ---: | ---: | ---: |",
    ]
    for way, found in speeds.items():
        speed, cost = max(found), min(costs[way])
        lines.append(f"| {way} | {speed:,.0f} | {speed / plain:.2f} | {cost:.0f} µs |")
    return "\n".join(lines)


def _processor_seconds() -> float:
    """Return what this process and its workers have used, which tells more than a busy clock."""
    ended = os.times()
    workers = [worker.cpu_times() for worker in psutil.Process().children(recursive=True)]
    running = sum(worker.user + worker.system for worker in workers)
    return time.process_time() + ended.children_user + ended.children_system + running


def _plain_loop(paths) -> np.ndarray:
    X = np.empty((len(paths), SIZE, SIZE, 3), dtype=np.uint8)
    for position, path in enumerate(paths):
        with Image.open(path) as image:
            X[position] = np.asarray(image.convert("RGB").resize((SIZE, SIZE)))
    return X


def _stages(copy: Path, n_images: int) -> str:
    output = n_images * SIZE * SIZE * 3 / 2**20
    lines = [
        "| stage | time | its output | peak memory, workers included | peak / output | an idle stage |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    idle = _run(
        copy, "-c", "import retrace.core.artifacts, retrace.cleaning.cleaners, retrace.core.params"
    )[1]
    for stage, path in (("read_data", artifacts.RAW), ("preprocess", artifacts.CLEAN)):
        seconds, peak = _run(copy, f"src/{stage}.py")
        size = (copy / path).stat().st_size / 2**20
        ratio = f"{peak / output:.2f}" if stage == "preprocess" else ""
        lines.append(
            f"| {stage} | {seconds:.1f} s | {size:.0f} MiB | {peak:.0f} MiB | {ratio} | {idle:.0f} MiB |"
        )
    return "\n".join(lines)


def _run(copy: Path, *command: str) -> tuple[float, float]:
    """Return the seconds and the peak memory (MiB) of a process and of those that it starts."""
    start = time.perf_counter()
    process = psutil.Popen(
        [sys.executable, *command],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy / "src")},
        stdout=subprocess.DEVNULL,
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, _memory(process))
        time.sleep(0.02)
    if process.returncode:
        sys.exit(f"{command} failed")
    return time.perf_counter() - start, peak / 2**20


def _memory(process: psutil.Popen) -> int:
    """Add up what each process has in memory; pages that several share count once (PSS)."""
    total = 0
    try:
        for member in (process, *process.children(recursive=True)):
            total += member.memory_full_info().pss
    except psutil.Error:  # one has just ended
        return 0
    return total


if __name__ == "__main__":
    print(measure())
