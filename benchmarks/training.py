"""Our torch training against the loops that people write: the tutorials' and the lab template's."""

import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

import copy
import dataclasses
import statistics
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from retrace.core.params import load_params
from retrace.core.seeding import pin
from retrace.models.fitting import fit_model
from retrace.models.registry import build_model
from retrace.models.torch.networks import cnn, mlp
from retrace.models.torch.training import TrainingOptions, train_network
from retrace.readers import read
from retrace.splitting.methods import split_rows

REPEATS = 2


def measure() -> str:
    """Return Markdown: the ratio to the tutorials' loop, then time and accuracy against the template."""
    params = load_params()
    pin(seed=0, threads=params.train.threads, instructions=params.train.instructions)
    return "\n\n".join([_against_tutorial(), _against_template(params)])


def _digits(seed=0):
    params = load_params()
    split = params.split
    split = type(split)(
        method="stratified", seed=seed, train=0.68, validation=0.17, test=0.15, duplicates_together=True
    )
    dataset = read("digits")
    return {name: dataset.take(rows) for name, rows in split_rows(dataset, split).items()}


def _against_tutorial() -> str:
    parts = _digits()
    lines = [
        "| network | batch size | threads | tutorials' loop | ours | ratio |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, make in (
        ("cnn", lambda: cnn((1, 8, 8), 10, channels=[32, 64, 128], dropout=0.5)),
        ("mlp", lambda: mlp((64,), 10, hidden=[128], dropout=0.2)),
    ):
        for batch_size in (16, 64):
            for threads in (1, 2):
                torch.set_num_threads(threads)
                theirs, ours = _time_both(name, make, parts, batch_size)
                lines.append(
                    f"| {name} | {batch_size} | {threads} | {theirs:.2f} s | {ours:.2f} s"
                    f" | {theirs / ours:.2f} times as fast |"
                )
    torch.set_num_threads(1)
    return "\n".join(lines)


def _time_both(name, make, parts, batch_size, epochs=5) -> tuple[float, float]:
    flat = name == "mlp"
    theirs, ours = [], []
    for _ in range(REPEATS):  # in turns, so that a noisy moment hits both
        network = make()
        start = time.perf_counter()
        _tutorial_loop(network, parts["train"], parts["validation"], batch_size, epochs, flat)
        theirs.append(time.perf_counter() - start)
        network = make().to(memory_format=torch.channels_last)
        start = time.perf_counter()
        _our_loop(network, parts["train"], parts["validation"], batch_size, epochs, flat)
        ours.append(time.perf_counter() - start)
    return min(theirs), min(ours)


def _tensors(part, flat):
    X = torch.from_numpy(part.X).movedim(-1, 1).float() / 16
    return (X.flatten(1) if flat else X), torch.from_numpy(part.y)


def _our_loop(network, training, validation, batch_size, epochs, flat):
    options = TrainingOptions(
        task="classification",
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=1e-3,
        weight_decay=0.01,
        schedule="constant",
        patience=None,
        keep="best",
        class_weight=None,
        shift=0,
        augmentation={},
        precision="float32",
        seed=0,
    )
    return train_network(network, _tensors(training, flat), _tensors(validation, flat), options)


def _tutorial_loop(network, training, validation, batch_size, epochs, flat, enlarge=None):
    """Train as the PyTorch tutorials teach: a DataLoader, `.item()` per batch, the best state copied."""

    def loader(part, shuffle):
        X, y = _tensors(part, flat)
        if enlarge:
            X = F.interpolate(X, size=(enlarge, enlarge), mode="bilinear")
        return DataLoader(TensorDataset(X, y), batch_size=batch_size, shuffle=shuffle)

    batches, held_out = loader(training, True), loader(validation, False)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    criterion = nn.CrossEntropyLoss()
    best, best_weights = 0.0, copy.deepcopy(network.state_dict())
    for _ in range(epochs):
        network.train()
        running_loss = running_correct = 0.0
        for X, y in batches:
            optimizer.zero_grad()
            logits = network(X)
            loss = criterion(logits, y)
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * len(y)
            running_correct += (logits.argmax(1) == y).sum().item()
        network.eval()
        correct = 0
        with torch.no_grad():
            for X, y in held_out:
                correct += (network(X).argmax(1) == y).sum().item()
        if correct > best:
            best, best_weights = correct, copy.deepcopy(network.state_dict())
    network.load_state_dict(best_weights)
    return network


def _template_network() -> nn.Module:
    """Build the lab template's 62k-parameter CNN (LeNet-5's shape)."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(16 * 5 * 5, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip


def _against_template(params, seeds=range(5)) -> str:
    rows = {"template's loop, 20 epochs": [_template(seed) for seed in seeds]}
    for label, changes in (
        ("ours, as shipped", {}),
        (
            "ours, 20 epochs, channels 32-64-64, batch size 96",
            {"epochs": 20, "channels": [32, 64, 64], "batch_size": 96},
        ),
    ):
        rows[label] = [_ours(params, seed, changes) for seed in seeds]
    lines = [
        "| training | mean test accuracy over 5 seeds | mean time | time / template's |",
        "| --- | ---: | ---: | ---: |",
    ]
    base = statistics.mean(seconds for _, seconds in rows["template's loop, 20 epochs"])
    for label, found in rows.items():
        accuracy, seconds = np.mean(found, axis=0)
        lines.append(f"| {label} | {accuracy:.4f} | {seconds:.1f} s | {seconds / base:.2f} |")
    return "\n".join(lines)


def _template(seed) -> tuple[float, float]:
    parts = _digits(seed)
    torch.manual_seed(seed)
    network = _template_network()
    start = time.perf_counter()
    _tutorial_loop(network, parts["train"], parts["validation"], 16, 20, False, enlarge=32)
    seconds = time.perf_counter() - start
    X, y = _tensors(parts["test"], False)
    with torch.no_grad():
        logits = network(F.interpolate(X, size=(32, 32), mode="bilinear"))
    return (logits.argmax(1) == y).double().mean().item(), seconds


def _ours(params, seed, changes) -> tuple[float, float]:
    parts = _digits(seed)
    models = {"cnn": params.models["cnn"] | changes}
    model = build_model(dataclasses.replace(params, model="cnn", models=models, seed=seed), "image")
    start = time.perf_counter()
    fit_model(model, parts["train"], parts["validation"])
    seconds = time.perf_counter() - start
    return model.score(parts["test"].X, parts["test"].y), seconds


if __name__ == "__main__":
    print(measure())
