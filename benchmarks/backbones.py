"""A frozen network: its features once and five heads, against a loop that runs it in every epoch."""

import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

import dataclasses
import io
import os
import tarfile
import tempfile
import time
from contextlib import redirect_stderr
from functools import partial
from pathlib import Path

import numpy as np
import torch
import transformers

from retrace.cleaning.cleaners import clean
from retrace.cleaning.embedding import embed, load_backbone
from retrace.cleaning.embedding.images import ImageBackbone
from retrace.cleaning.embedding.pinned import folder_hash
from retrace.core.params import Params, load_params
from retrace.core.records import Dataset
from retrace.core.seeding import pin
from retrace.models.fitting import fit_model, predict
from retrace.models.registry import build_model
from retrace.readers import read
from retrace.splitting.methods import split_rows
from weather import ARCHIVE, DESCRIPTION

HEADS = ("logistic_regression", "svm", "knn", "random_forest", "mlp")
EPOCHS, SIZE, WIDTH = 10, 160, 0.75


def measure() -> str:
    """Return a Markdown table: seconds of one core for each way to models on top of a frozen network."""
    if not ARCHIVE.is_file():
        return f"Not measured: {ARCHIVE.name} is not there."
    os.environ["LOKY_MAX_CPU_COUNT"] = "1"  # decode in this process, whose time is taken
    pin(seed=0, threads=1, instructions="portable")
    with tempfile.TemporaryDirectory(prefix="retrace-backbones-") as folder:
        params = _params(_random_mobilenet(Path(folder) / "mobilenet"))
        photos = _photos(Path(folder))
        seconds = _seconds_of_ours(photos, params)
        loop = _seconds_of_the_loop(photos, params)
    ours = sum(seconds.values())
    lines = ["| what | time | the loop takes |", "| --- | ---: | ---: |"]
    lines += [f"| {name} | {value:.1f} s | |" for name, value in seconds.items()]
    lines.append(f"| **embedded once, five heads** | **{ours:.1f} s** | **{loop / ours:.1f} times** |")
    lines.append(f"| a linear head, {EPOCHS} epochs through the network | {loop:.1f} s | |")
    return "\n".join(lines)


def _random_mobilenet(folder: Path) -> Path:
    """Save a MobileNetV2 of the size of google/mobilenet_v2_0.75_160: the same work, no knowledge."""
    torch.manual_seed(0)
    config = transformers.MobileNetV2Config(image_size=SIZE, depth_multiplier=WIDTH)
    network = transformers.MobileNetV2Model(config).train()
    with torch.no_grad():
        for _ in range(20):  # without statistics its outputs would be all but zero
            network(torch.rand(16, 3, SIZE, SIZE))
    network.save_pretrained(folder)
    size = {"size": {"shortest_edge": SIZE}, "crop_size": {"height": SIZE, "width": SIZE}}
    transformers.MobileNetV2ImageProcessorPil(**size).save_pretrained(folder)
    return folder


def _params(backbone: Path) -> Params:
    params = load_params()
    pins = {"backbone": str(backbone), "revision": folder_hash(backbone)}
    image = dataclasses.replace(params.preprocess.image, size=SIZE, fit="crop", **pins)
    split = dataclasses.replace(params.split, method="stratified")
    return dataclasses.replace(
        params, preprocess=dataclasses.replace(params.preprocess, image=image), split=split
    )


def _photos(folder: Path) -> Dataset:
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder / "weather", filter="data")
    (folder / "weather.yaml").write_text(DESCRIPTION)
    return read("weather", folder)


def _parts(dataset: Dataset, params: Params) -> dict[str, Dataset]:
    return {part: dataset.take(rows) for part, rows in split_rows(dataset, params.split).items()}


def _seconds_of_ours(photos: Dataset, params: Params) -> dict[str, float]:
    start = time.process_time()
    backbone = load_backbone("image", params.preprocess, params.train)
    with redirect_stderr(io.StringIO()):
        vectors = embed(photos, partial(clean, settings=params.preprocess), backbone)
    seconds = {f"features of {len(photos):,} photos, decoding included": time.process_time() - start}
    parts = _parts(vectors, params)
    for name in HEADS:
        start = time.process_time()
        chosen = dataclasses.replace(params, model=name)
        model = build_model(chosen, "vectors")
        fit_model(model, parts["train"], parts["validation"])
        predict(model, parts["test"])
        seconds[name] = time.process_time() - start
    return seconds


def _seconds_of_the_loop(photos: Dataset, params: Params) -> float:
    """Train a linear head as tutorials do: in each epoch, each batch goes through the frozen network.

    Photos are decoded once, before the clock starts: a favour to the loop.
    """
    photos = clean(photos, params.preprocess)
    parts = _parts(photos, params)
    start = time.process_time()
    backbone = load_backbone("image", params.preprocess, params.train)
    torch.manual_seed(0)
    head = torch.nn.LazyLinear(len(photos.classes))
    optimizer = None
    for _ in range(EPOCHS):
        order = torch.randperm(len(parts["train"])).numpy()
        for vectors, y in _batches(backbone, parts["train"].take(order)):
            loss = torch.nn.functional.cross_entropy(head(vectors), y)
            optimizer = optimizer or torch.optim.Adam(head.parameters())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        _accuracy(backbone, head, parts["validation"])
    _accuracy(backbone, head, parts["test"])
    return time.process_time() - start


def _batches(backbone: ImageBackbone, part: Dataset):
    for start in range(0, len(part), 32):
        batch = part.take(np.arange(start, min(start + 32, len(part))))
        vectors = backbone.vectors(batch.X, lambda n_rows: None)
        yield torch.from_numpy(vectors), torch.from_numpy(batch.y)


def _accuracy(backbone: ImageBackbone, head: torch.nn.Module, part: Dataset) -> float:
    with torch.inference_mode():
        right = [(head(X).argmax(dim=1) == y).sum().item() for X, y in _batches(backbone, part)]
    return sum(right) / len(part)


if __name__ == "__main__":
    print(measure())
