# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Digits: what is in the images?
#
# Everything comes from `retrace`, so this page shows the rows, the cleaning and the parts that the
# pipeline uses, with the settings of `params.yaml`.

# %%
import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from retrace.cleaning.cleaners import clean
from retrace.core.params import load_params
from retrace.readers import read
from retrace.reporting.plots import plot_images
from retrace.splitting.checks import check_data
from retrace.splitting.methods import split_rows

PROJECT = Path("..")
params = load_params(PROJECT / "params.yaml")
raw = read("digits", PROJECT / "data")
dataset = clean(raw, params.preprocess)
labels = pd.Series(np.array(dataset.classes)[dataset.y], name="digit")
f"{len(dataset)} images of {dataset.X.shape[1:]}, values {dataset.X.min()} to {dataset.X.max()}"

# %% [markdown]
# ## Examples
#
# Six of each digit, drawn at random.

# %%
generator = np.random.default_rng(0)
rows = np.concatenate([generator.choice(np.flatnonzero(dataset.y == code), 6) for code in range(10)])
plot_images(dataset.X[rows], labels[rows].tolist(), columns=12)

# %% [markdown]
# ## Class balance

# %%
labels.value_counts(sort=False).plot.bar(figsize=(6, 2.5), rot=0, ylabel="images")
plt.show()

# %% [markdown]
# ## What tells the digits apart
#
# The mean image of each digit, and the pixels that vary between digits more than within them. A
# classifier that looks at single pixels will do well here; a convolution sees their neighbours too.

# %%
means = np.stack([dataset.X[dataset.y == code].mean(axis=0) for code in range(10)])
plot_images(means.round().astype(np.uint8), list(dataset.classes), columns=10)

# %%
flat = dataset.X.reshape(len(dataset), -1).astype(float)
within = np.mean([flat[dataset.y == code].var(axis=0) for code in range(10)], axis=0)
between = means.reshape(10, -1).var(axis=0)
ratio = np.divide(between, within, out=np.zeros_like(between), where=within > 0)
plt.figure(figsize=(3, 2.6))
plt.imshow(ratio.reshape(dataset.X.shape[1:3]), cmap="Blues")
plt.colorbar(label="between / within digits")
plt.axis("off")
plt.show()

# %% [markdown]
# ## Missing values, leakage and duplicates
#
# Images have no gaps; empty ones would be the equivalent. The checks below are those whose warnings the
# report prints: rows that lie in two parts, and parts that differ from the training part.

# %%
f"{(flat.max(axis=1) == flat.min(axis=1)).sum()} images of one colour"

# %%
parts = split_rows(dataset, params.split)
findings = check_data(dataset, parts, params.split.seed)
print(*findings.checked, sep="\n")

# %%
print(*findings.warnings or ["nothing to warn of"], sep="\n")

# %% [markdown]
# ## How the parts compare

# %%
part = pd.Series({row: name for name, rows in parts.items() for row in rows}, name="part").sort_index()
shares = pd.crosstab(labels, part, normalize="columns")[list(parts)]
shares.plot.bar(figsize=(8, 2.8), rot=0, ylabel="share of the part")
plt.show()
