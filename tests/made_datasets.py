"""Datasets that are made in a moment: columns of all kinds, images, texts."""

import numpy as np
import pandas as pd

from retrace.core.records import Dataset

N = 150


def mixed_table(n=N):
    """Numbers with gaps, one whose values nearly coincide, and categories: rare ones, and gaps."""
    generator = np.random.default_rng(3)
    size = generator.normal(size=n)
    return pd.DataFrame(
        {
            "size": np.where(generator.random(n) < 0.1, np.nan, size),
            "stamp": 1.6e9 + generator.integers(0, 50, n) / 8,  # float32 cannot tell them apart
            "count": generator.integers(0, 9, n),
            "nothing": np.full(n, np.nan),
            "port": generator.choice(["a", "b", "c", np.nan], n, p=[0.5, 0.3, 0.1, 0.1]).astype(object),
            "street": np.array([f"s{k}" for k in np.minimum(generator.zipf(1.3, n), 60)], dtype=object),
        }
    ).replace({"port": {"nan": np.nan}})


def mixed_dataset(task="classification", n_classes=3, n=N):
    X = mixed_table(n)
    signal = X["size"].fillna(0) + 0.3 * X["count"] + (X["port"] == "a") + (X["stamp"] - 1.6e9) / 6
    if task == "regression":
        y, classes = signal.to_numpy() * 40, ()
    else:
        y = np.digitize(signal, np.quantile(signal, np.arange(1, n_classes) / n_classes)).astype(
            np.int64
        )
        classes = tuple(["no", "yes", "maybe", "never"][:n_classes])
    return dataset(X, y, classes, task, "tabular")


def image_dataset(n=N, size=8, channels=1):
    generator = np.random.default_rng(1)
    y = np.arange(n) % 3
    X = generator.integers(0, 60, (n, size, size, channels))
    for row, code in enumerate(y):
        X[row, 2 * code : 2 * code + 2] += 150
    return dataset(X.astype(np.uint8), y.astype(np.int64), ("x", "y", "z"), "classification", "image")


def text_dataset(n=60):
    words = np.array([f"word{k}" for k in range(12)])
    generator = np.random.default_rng(2)
    y = np.arange(n) % 2
    X = [" ".join(generator.choice(words[6 * code : 6 * code + 6], 5)) for code in y]
    X = np.array(X, dtype=object)
    return dataset(X, y.astype(np.int64), ("first", "second"), "classification", "text")


def dataset(X, y, classes, task, kind):
    n = len(y)
    names = {"name": "made", "title": "Made up", "task": task, "kind": kind}
    return Dataset(
        **names, X=X, y=y, classes=classes, ids=np.arange(n), row_hash=np.arange(n, dtype=np.uint64)
    )
