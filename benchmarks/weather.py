"""Weather photos: the best that a cnn from scratch reaches, with and without augmentation."""

import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

import dataclasses
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from retrace.cleaning.cleaners import clean
from retrace.core.params import Params, load_params
from retrace.core.records import Dataset
from retrace.core.seeding import pin
from retrace.evaluation.bootstrap import score_intervals
from retrace.evaluation.metrics import scores
from retrace.models.fitting import fit_model, predict
from retrace.models.registry import build_model
from retrace.readers import read
from retrace.splitting.methods import split_rows

# Beside the project, not in it: 3,224 photos of 11 classes, 64 pixels high.
ARCHIVE = Path("../shared/data/weather_small.tar.gz")

DESCRIPTION = """\
title: Weather photos
task: classification
kind: image
reader: image_folder
licence: CC0
"""

SIZE = 32
NETWORK = {"channels": [24, 48, 96, 192], "shift": 0, "epochs": 30, "keep": "best"}

# Each is what did best on the validation part.
CHOICES = {
    "without augmentation": {"learning_rate": 1e-2, "class_weight": "balanced"},
    "with augmentation": {"learning_rate": 3e-3, "flip": True, "crop": 0.2, "colour": 0.1},
}

METRIC = "f1_weighted"


def measure() -> str:
    """Return a Markdown table: weighted F1 on the validation and the test part, and the time."""
    if not ARCHIVE.is_file():
        return f"Not measured: {ARCHIVE} is not there."
    params = load_params()
    pin(seed=params.seed, threads=params.train.threads, instructions=params.train.instructions)
    parts = _parts(params)
    lines = [
        f"| cnn, {SIZE}x{SIZE} pixels | best epoch | validation | test | 95 % interval | time |",
        "| --- | ---: | ---: | ---: | --- | ---: |",
    ]
    for name, changes in CHOICES.items():
        print(f"{name} ...", file=sys.stderr, flush=True)
        lines.append(f"| {name} | {_row(params, parts, NETWORK | changes)} |")
    return "\n".join(lines)


def _parts(params: Params) -> dict[str, Dataset]:
    image = dataclasses.replace(params.preprocess.image, size=SIZE, channels=3, fit="stretch")
    with tempfile.TemporaryDirectory(prefix="retrace-weather-") as folder:
        with tarfile.open(ARCHIVE) as archive:
            archive.extractall(Path(folder) / "weather", filter="data")
        (Path(folder) / "weather.yaml").write_text(DESCRIPTION)
        raw = read("weather", Path(folder))
        dataset = clean(raw, dataclasses.replace(params.preprocess, image=image))
    return {part: dataset.take(rows) for part, rows in split_rows(dataset, params.split).items()}


def _row(params: Params, parts: dict[str, Dataset], changes: dict[str, object]) -> str:
    hyperparameters = params.models["cnn"] | changes
    used = dataclasses.replace(params, model="cnn", models={"cnn": hyperparameters})
    model = build_model(used, "image")
    start = time.monotonic()
    fit_model(model, parts["train"], parts["validation"])
    minutes = (time.monotonic() - start) / 60
    validation, test = (predict(model, parts[part]) for part in ("validation", "test"))
    interval = score_intervals(test, params.report)[METRIC]
    best = f"{model['model'].best_epoch_} of {hyperparameters['epochs']}"
    reached = f"{scores(validation)[METRIC]:.3f} | {scores(test)[METRIC]:.3f}"
    return f"{best} | {reached} | {interval.low:.3f} to {interval.high:.3f} | {minutes:.1f} min"


if __name__ == "__main__":
    print(measure())
