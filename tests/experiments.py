"""Real DVC experiments, made cheaply: `python tests/experiments.py 30` in a repository that ran once.

Each takes other parameters, changes the predictions of the last run by them, and is saved by DVC itself:
its params, metrics, predictions and curves are in Git and in DVC's cache, as after `dvc exp run`.
"""

import itertools
import json
import sys
from pathlib import Path

import dvc.api
import numpy as np
import pandas as pd

from project import set_params
from retrace.core.artifacts import HISTORY, HISTORY_COLUMNS, METRICS_JSON, PREDICTIONS
from retrace.core.records import Predictions
from retrace.evaluation.metrics import scores

MODELS = {
    "mlp": {"learning_rate": [1e-3, 3e-3, 1e-2, 3e-2], "dropout": [0.1, 0.3, 0.5]},
    "svm": {"C": [0.1, 1.0, 10.0, 100.0], "kernel": ["rbf", "linear"]},
    "random_forest": {"n_estimators": [50, 200], "min_samples_leaf": [1, 3, 10]},
}


def settings(number):
    model = list(MODELS)[number % len(MODELS)]
    choices = list(itertools.product(*MODELS[model].values()))
    chosen = choices[(number // len(MODELS)) % len(choices)]
    found = {f"models.{model}.{name}": value for name, value in zip(MODELS[model], chosen, strict=True)}
    return {"model": model, "seed": 42 + number % 5} | found


def predictions_like(table, quality, generator):
    """Blend what the true classes would have with noise: the better, the less of it."""
    columns = [name for name in table if name.startswith("p_")]
    classes = [name.removeprefix("p_") for name in columns]
    true = np.array([classes.index(label) for label in table["true"]])
    noise = generator.dirichlet(np.full(len(classes), 0.4), len(table))
    probabilities = quality * np.eye(len(classes))[true] + (1 - quality) * noise
    table = table.assign(**dict(zip(columns, probabilities.T, strict=True)))
    return table.assign(predicted=np.array(classes)[probabilities.argmax(axis=1)]), true, probabilities


def part_scores(rows, true, probabilities):
    predicted = probabilities[rows].argmax(axis=1)
    return scores(Predictions(y=true[rows], predicted=predicted, probabilities=probabilities[rows]))


def curves(quality, generator, epochs=40):
    epoch = np.arange(1, epochs + 1)
    fall = np.exp(-epoch / (4 + 10 * (1 - quality)))
    loss = (1 - quality) + 2 * fall + generator.normal(0, 0.02, epochs)
    accuracy = quality**0.3 * (1 - 0.7 * fall)
    values = [epoch, loss, accuracy, loss + 0.05 * epoch / epochs, accuracy - 0.02, fall]
    return pd.DataFrame(dict(zip(HISTORY_COLUMNS, values, strict=True)))


def save_experiment(number, table):
    generator = np.random.default_rng(number)
    chosen = settings(number)
    set_params(Path(), chosen)
    quality = 0.29 + 0.02 * (chosen["model"] == "mlp") + generator.normal(0, 0.03)
    changed, true, probabilities = predictions_like(table, quality, generator)
    found = {
        part: part_scores(np.flatnonzero(table["part"] == part), true, probabilities)
        for part in ("validation", "test")
    }
    found["test"]["n"] = int((table["part"] == "test").sum())
    METRICS_JSON.write_text(json.dumps(found, indent=2) + "\n")
    changed.to_csv(PREDICTIONS, index=False)
    history = curves(quality, generator)
    (history if chosen["model"] == "mlp" else history[:0]).to_csv(HISTORY, index=False)
    dvc.api.exp_save(name=f"{chosen['model'].replace('_', '-')}-{number:03}", force=True)


def main():
    before = {
        path: path.read_bytes() for path in (Path("params.yaml"), METRICS_JSON, PREDICTIONS, HISTORY)
    }
    before[Path("dvc.lock")] = Path("dvc.lock").read_bytes()
    table = pd.read_csv(PREDICTIONS, dtype={"true": str, "predicted": str, "group": str, "id": str})
    for number in range(int(sys.argv[1])):
        for path in (PREDICTIONS, HISTORY):
            path.unlink()  # it may be a link into DVC's cache
        save_experiment(number, table)
    for path, content in before.items():
        path.unlink()
        path.write_bytes(content)


if __name__ == "__main__":
    main()
