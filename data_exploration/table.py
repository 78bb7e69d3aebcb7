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
# # A table of yours
#
# Set `NAME` to a name in `data/` (or start with `NAME=titanic make notebooks`). As long as it is empty,
# a made-up table stands in, with the faults that real ones have: gaps, duplicates, a column that gives
# the answer away.

# %%
import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

import os
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from retrace.cleaning.cleaners import clean
from retrace.core.params import load_params
from retrace.readers import read
from retrace.splitting.checks import check_data
from retrace.splitting.methods import split_rows

NAME = os.environ.get("NAME", "")
PROJECT = Path("..")
params = load_params(PROJECT / "params.yaml")


# %%
def made_up(data: Path) -> str:
    """Write a table as a user would bring it: data/patients.yaml and data/patients/."""
    generator = np.random.default_rng(0)
    age, sick = generator.integers(18, 90, 400), generator.random(400) < 0.3
    table = pd.DataFrame(
        {
            "id": range(400),
            "age": np.where(generator.random(400) < 0.1, np.nan, age),
            "pressure": generator.normal(120, 15, 400) + 12 * sick,
            "clinic": generator.choice(["north", "south", "east"], 400, p=[0.6, 0.3, 0.1]),
            "treatment": np.where(sick, "pills", "none"),
            "sick": np.where(sick, "yes", "no"),
        }
    )
    again = table.sample(20, random_state=0).assign(id=range(400, 420))
    (data / "patients").mkdir()
    pd.concat([table, again]).to_csv(data / "patients" / "patients.csv", index=False)
    (data / "patients.yaml").write_text(
        "title: Made-up patients\ntask: classification\nkind: tabular\nreader: table\n"
        "file: patients.csv\ntarget: sick\nid: id\nlicence: none\n"
    )
    return "patients"


data = PROJECT / "data" if NAME else Path(tempfile.mkdtemp())
name = NAME or made_up(data)
print((data / f"{name}.yaml").read_text())

# %%
dataset = clean(read(name, data), params.preprocess)
table = dataset.X
classes = np.array(dataset.classes, dtype=object)
target = pd.Series(classes[dataset.y] if dataset.classes else dataset.y, name="target")
table.assign(target=target).head()

# %% [markdown]
# ## What is to be predicted

# %%
if dataset.classes:
    target.value_counts().plot.bar(figsize=(5, 2.5), rot=0, ylabel="rows")
else:
    target.plot.hist(bins=30, figsize=(5, 2.5))
plt.show()

# %% [markdown]
# ## Missing values
#
# Gaps are imputed inside the model's Pipeline. A column that is mostly gaps may better be dropped, and
# whether a value is missing can itself say something of the target.

# %%
missing = table.isna().mean()
missing[missing > 0].sort_values(ascending=False).map("{:.1%}".format).to_frame("missing")

# %% [markdown]
# ## Examples and columns

# %%
table.describe(include="number").T.round(3)

# %%
words = table.select_dtypes(exclude="number")
pd.DataFrame(
    {
        "values": words.nunique(),
        "most frequent": [column.mode().iloc[0] for _, column in words.items()],
        "its share": [
            column.value_counts(normalize=True).iloc[0].round(3) for _, column in words.items()
        ],
    }
)

# %%
numbers = table.select_dtypes("number")
if numbers.shape[1]:
    numbers.hist(bins=25, figsize=(12, 2.4 * -(-numbers.shape[1] // 4)), layout=(-1, 4), grid=False)
    plt.tight_layout()
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

# %%
f"{pd.Series(dataset.row_hash).duplicated().sum()} rows repeat another; the split keeps them together"

# %% [markdown]
# ## How the parts compare

# %%
part = pd.Series({row: name for name, rows in parts.items() for row in rows}, name="part").sort_index()
if dataset.classes:
    compared = pd.crosstab(target, part, normalize="columns")[list(parts)].round(3)
else:
    compared = target.groupby(part).describe().round(3)
compared

# %%
numbers.groupby(part).mean().T[list(parts)].round(3)
