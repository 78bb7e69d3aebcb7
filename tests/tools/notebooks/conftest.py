import json

import pytest

from retrace.tools.notebooks.reading import Cell

# As the tutorial marks notebooks: a docstring of fields, values for the notebook alone, `# No effect`.
FIT = [
    ("markdown", "# Fit a model", ()),
    (
        "code",
        '''# Parameters
"""Fit a "line" \\\\ through points.

:param str points: Path of the points
:param str model: Path of the model
:param float rate: How fast, at most 100 % of it
:param List[int] steps:

:dvc-in points: ./data/points.csv
:dvc-out model: ./out/model.txt
:dvc-out: ./out/log.txt
:dvc-extra: --rate 0.5 --steps 1 2
"""
# For the notebook only
points = "../data/points.csv"
model = points.replace("points", "model")
rate = 0.1
steps = [3]''',
        (),
    ),
    ("code", "%matplotlib inline\nimport pathlib", ()),
    ("code", "# No effect\nrate", ()),
    ("code", "show()", ("active-ipynb",)),
    ("code", 'text = f"{rate} {steps}\\n"\npathlib.Path(model).write_text(text)', ()),
    ("code", "", ()),
]

# As papermill's users write it: a tagged cell, whose values say the types.
COUNT = '''\
# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # Count

# %% tags=["parameters"]
"""Count words.

:dvc-in texts:
:dvc-metrics counts:
"""
texts = "../data/texts.txt"
counts = "../counts.json"
least = 2
lower: bool = True

# %% tags=["active-ipynb"]
# texts

# %%
import json
from shared import words

found = words(texts, lower)
print(found)  # No effect

# %%
with open(counts, "w") as file:
    json.dump([found, least], file)
'''

SHARED = "def words(path, lower):\n    return len(open(path).read().split())\n"


def as_json(cells):
    """Write a notebook as Jupyter does, its outputs included."""
    listed = [
        {"cell_type": kind, "source": source.splitlines(keepends=True), "metadata": {"tags": list(tags)}}
        for kind, source, tags in cells
    ]
    outputs = {"outputs": [{"output_type": "stream", "name": "stdout", "text": "7"}]}
    code = {"execution_count": 3} | outputs
    listed = [cell | code if cell["cell_type"] == "code" else cell for cell in listed]
    return json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with two notebooks and no Git; the test stands in it."""
    monkeypatch.chdir(tmp_path)
    files = {
        ".dvc/config": "[core]\n    no_scm = true\n",
        "notebooks/01_Fit.ipynb": as_json(FIT),
        "notebooks/count_words.py": COUNT,
        "src/shared.py": SHARED,
        "data/texts.txt": "a b a\n",
        "requirements.txt": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def edit(project):
    """Replace a text in a file: ``edit("notebooks/count_words.py", "least = 2", "least = 3")``."""

    def edit(name, old, new):
        text = (project / name).read_text()
        assert old in text
        (project / name).write_text(text.replace(old, new))

    return edit


@pytest.fixture
def cells():
    """Make cells of code: ``cells("a = 1", ("b", "active-ipynb"))``."""

    def cells(*sources):
        pairs = [(each, ()) if isinstance(each, str) else (each[0], each[1:]) for each in sources]
        return [Cell(number, source, tags) for number, (source, tags) in enumerate(pairs, 1)]

    return cells
