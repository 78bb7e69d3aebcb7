"""Test accuracy of a model on the digits over several seeds, parts as the lab template takes them.

    python benchmarks/digits.py [SEEDS] [KEY=VALUE ...]

A seed draws the parts (test .15, validation .17, stratified) and starts the training. KEY=VALUE
overrides a hyperparameter of the model in params.yaml, or `model` itself. The template's own CNN has
.9926 on average.
"""

import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

import dataclasses
import statistics
import sys
import time

from ruamel.yaml import YAML

from retrace.cleaning.cleaners import clean
from retrace.core.params import Params, load_params
from retrace.core.seeding import pin
from retrace.evaluation.metrics import scores
from retrace.models.fitting import fit_model, predict
from retrace.models.registry import build_model
from retrace.readers import read
from retrace.splitting.methods import split_rows


def main(n_seeds: int, overrides: dict[str, object]) -> None:
    """Print the accuracy of each seed, and their mean."""
    params = load_params()
    params = dataclasses.replace(params, data="digits", model=overrides.pop("model", "cnn"))
    params.hyperparameters.update(overrides)
    pin(seed=0, threads=params.train.threads, instructions=params.train.instructions)
    dataset = clean(read("digits"), params.preprocess)
    start = time.monotonic()
    found = [_accuracy(dataset, params, seed) for seed in range(n_seeds)]
    seconds = (time.monotonic() - start) / n_seeds
    print(" ".join(f"{accuracy:.4f}" for accuracy in found))
    mean = f"mean test accuracy {statistics.mean(found):.4f} over {n_seeds} seeds"
    print(f"{params.model}: {mean}, {seconds:.1f} s each")


def _accuracy(dataset, params: Params, seed: int) -> float:
    split = dataclasses.replace(
        params.split, method="stratified", seed=seed, train=0.68, validation=0.17, test=0.15
    )
    parts = {name: dataset.take(rows) for name, rows in split_rows(dataset, split).items()}
    model = build_model(dataclasses.replace(params, seed=seed), dataset.kind)
    fit_model(model, parts["train"], parts["validation"])
    return scores(predict(model, parts["test"]))["accuracy"]


if __name__ == "__main__":
    seeds, *settings = sys.argv[1:] or ["5"]
    main(
        int(seeds),
        {key: YAML(typ="safe").load(value) for key, value in (s.split("=") for s in settings)},
    )
