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
# # Wine: which measurements tell three growers apart?
#
# Everything comes from `retrace`, so this page shows the rows, the cleaning and the parts that the
# pipeline uses, with the settings of `params.yaml`.

# %%
import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from retrace.cleaning.cleaners import clean
from retrace.core.params import load_params
from retrace.readers import read
from retrace.splitting.checks import check_data
from retrace.splitting.methods import split_rows

PROJECT = Path("..")
params = load_params(PROJECT / "params.yaml")
dataset = clean(read("wine", PROJECT / "data"), params.preprocess)
table = dataset.X
grower = pd.Series(np.array(dataset.classes)[dataset.y], name="grower")
table.assign(grower=grower).head()

# %% [markdown]
# ## Class balance and missing values

# %%
grower.value_counts(sort=False).plot.bar(figsize=(4, 2.5), rot=0, ylabel="wines")
plt.show()

# %%
table.isna().sum().rename("missing").to_frame().T

# %% [markdown]
# ## Each measurement by grower
#
# Their units differ by factors of hundreds (proline against hue): a model that measures distances needs
# them scaled, which `features.scale` does inside the model's Pipeline.

# %%
figure, grid = plt.subplots(3, 5, figsize=(13, 6.5), layout="constrained")
for axes, (name, column) in zip(grid.flat, table.items(), strict=False):
    axes.boxplot([column[grower == label] for label in dataset.classes], tick_labels=dataset.classes)
    axes.set_title(name, fontsize=9)
for axes in grid.flat[len(table.columns) :]:
    axes.set_axis_off()
plt.show()

# %% [markdown]
# ## The table in two dimensions
#
# Principal components of the scaled table: the growers hardly overlap, so a linear model should do well.

# %%
plane = PCA(2).fit_transform(StandardScaler().fit_transform(table))
figure, axes = plt.subplots(figsize=(5, 4))
for label in dataset.classes:
    axes.scatter(*plane[grower == label].T, s=15, label=label)
axes.set(xlabel="first component", ylabel="second component")
axes.legend(title="grower", frameon=False)
plt.show()

# %% [markdown]
# ## Leakage and duplicates
#
# The checks whose warnings the report prints: rows that lie in two parts, a column that gives the target
# away, parts that differ from the training part.

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
table.groupby(part).mean().T[list(parts)].round(2)

# %%
pd.crosstab(grower, part, normalize="columns")[list(parts)].round(3)
