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
# # A folder of photos of yours
#
# Set `NAME` to a name in `data/` (or start with `NAME=weather make notebooks`). As long as it is empty,
# a folder of handwritten digits stands in, with the faults that real folders have: a damaged file, a
# photo that lies there twice, a PNG that calls itself JPEG.

# %%
import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

import dataclasses
import os
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from PIL import Image
from sklearn.datasets import load_digits

from retrace.cleaning.cleaners import clean
from retrace.core.params import load_params
from retrace.readers import read
from retrace.reporting.plots import plot_images
from retrace.splitting.checks import check_data
from retrace.splitting.methods import split_rows

NAME = os.environ.get("NAME", "")
SIZE = 64  # pixels of a square, where params.yaml says nothing
PROJECT = Path("..")
params = load_params(PROJECT / "params.yaml")


# %%
def made_up(data: Path) -> str:
    """Write a folder as a user would bring it: data/scans.yaml and data/scans/<class>/."""
    digits = load_digits()
    for number, (pixels, digit) in enumerate(zip(digits.images[:400], digits.target, strict=False)):
        folder = data / "scans" / ("odd" if digit % 2 else "even")
        folder.mkdir(parents=True, exist_ok=True)
        image = Image.fromarray((255 - pixels * 15).astype(np.uint8)).resize((40, 40 + number % 3))
        image.save(folder / f"scan {number:03}.jpg", format="PNG" if number % 50 == 0 else "JPEG")
    first = data / "scans/even/scan 000.jpg"
    first.with_name("copy.jpg").write_bytes(first.read_bytes())
    first.with_name("damaged.jpg").write_bytes(first.read_bytes()[:100])
    (data / "scans.yaml").write_text(
        "title: Even and odd digits\ntask: classification\nkind: image\nreader: image_folder\n"
        "unreadable: skip\nlicence: CC BY 4.0\n"
    )
    return "scans"


data = PROJECT / "data" if NAME else Path(tempfile.mkdtemp())
name = NAME or made_up(data)
raw = read(name, data)
files = raw.X.assign(label=np.array(raw.classes)[raw.y])
files.head()

# %% [markdown]
# ## What the folder holds
#
# Sizes, formats and colours, and what `read_data` noted: files that are no images, duplicates.

# %%
print(*raw.notes or ["nothing to note"], sep="\n")

# %%
files.value_counts(["format", "mode"]).to_frame("files")

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3), layout="constrained")
left.scatter(files["width"], files["height"], s=8, alpha=0.4)
left.set(xlabel="width", ylabel="height")
files["label"].value_counts().plot.barh(ax=right, xlabel="files")
right.set_ylabel("")
plt.show()

# %% [markdown]
# ## Examples
#
# As the model gets them: decoded, turned the right way up, at one size.

# %%
images = dataclasses.replace(params.preprocess.image, size=params.preprocess.image.size or SIZE)
dataset = clean(raw, dataclasses.replace(params.preprocess, image=images))
generator = np.random.default_rng(0)
rows = np.concatenate(
    [generator.choice(np.flatnonzero(dataset.y == code), 3) for code in range(len(dataset.classes))]
)
plot_images(dataset.X[rows], files["label"][rows].tolist(), columns=9)

# %% [markdown]
# ## Missing values
#
# Photos have no gaps; one of a single colour would be the equivalent.

# %%
flat = dataset.X.reshape(len(dataset), -1)
f"{(flat.max(axis=1) == flat.min(axis=1)).sum()} images of one colour"

# %% [markdown]
# ## Leakage and duplicates
#
# The checks whose warnings the report prints. A class that can be told by its brightness, or by the
# size of its files, was perhaps photographed with another camera.

# %%
parts = split_rows(dataset, params.split)
findings = check_data(dataset, parts, params.split.seed)
print(*findings.checked, sep="\n")

# %%
print(*findings.warnings or ["nothing to warn of"], sep="\n")

# %%
brightness = pd.Series(flat.mean(axis=1), name="brightness")
files[["width", "height"]].join(brightness).groupby(files["label"]).mean().round(1)

# %% [markdown]
# ## How the parts compare

# %%
part = pd.Series({row: name for name, rows in parts.items() for row in rows}, name="part").sort_index()
pd.crosstab(files["label"], part, normalize="columns")[list(parts)].round(3)

# %%
brightness.groupby(part).describe().round(1)
