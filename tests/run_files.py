"""Files as a run leaves them in DVC's cache."""

import numpy as np
import pandas as pd

# A class may be called anything; this one would end a script element.
CLASSES = ("cat", "dog", "</script><b>owl")


def predictions_table(wrong=0.1, n=90, seed=0, first_id=0, groups=None):
    """Rows of both parts, of which a share is wrong, in the layout of report/predictions.csv."""
    generator = np.random.default_rng(seed)
    true = np.arange(n) % len(CLASSES)
    predicted = np.where(generator.random(n) < wrong, (true + 1) % len(CLASSES), true)
    names = np.array(CLASSES)
    columns = {
        "part": np.where(np.arange(n) < n * 2 // 3, "validation", "test"),
        "id": np.arange(n) + first_id,
        "group": [""] * n if groups is None else [f"g{i % groups}" for i in range(n)],
        "row_hash": [f"{i + first_id:016x}" for i in range(n)],
        "true": names[true],
        "predicted": names[predicted],
    }
    probabilities = 0.8 * np.eye(len(CLASSES))[predicted] + 0.2 / len(CLASSES)
    return pd.DataFrame(columns | {f"p_{c}": probabilities[:, i] for i, c in enumerate(CLASSES)})


def regression_table(n=300):
    table = predictions_table(n=n).drop(columns=[f"p_{name}" for name in CLASSES])
    true = np.arange(n) / 2
    return table.assign(true=true, predicted=true + 1)


def history_table(epochs=20, quality=0.9):
    epoch = np.arange(1, epochs + 1)
    loss = 2 * np.exp(-epoch / 5) + 1 - quality
    columns = {"epoch": epoch, "learning_rate": 0.01}
    for part in ("train", "validation"):
        columns |= {f"{part}_loss": loss, f"{part}_accuracy": quality - np.exp(-epoch / 5) / 2}
    return pd.DataFrame(columns)
