"""A file or a folder of data in, what data/<name>.yaml and params.yaml should say of it out."""

import csv
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from retrace.core.checked_yaml import checked
from retrace.core.errors import DataError, did_you_mean, first_few
from retrace.images.files import read_facts
from retrace.images.pixels import UnreadableImageError
from retrace.readers.shared.cells import Marks, Reading
from retrace.readers.shared.class_folders import find_files
from retrace.readers.shared.columns import read_column
from retrace.readers.shared.table_description import Description
from retrace.readers.shared.table_files import read_file, with_names
from retrace.tools.project.guessing import Role, guess_roles, guess_task, likely_target

TABLES = (".csv", ".tsv", ".txt", ".parquet", ".data", ".gz", ".bz2", ".xz", ".zst", ".zip")
SEPARATORS = ",;\t|"
LOOKED_AT = 20  # files of a folder

ROLES = ("id", "group", "time", "part")

UNEVEN = 0.75  # the largest class's share from which accuracy says little

# By what the inputs are: which model fits, and what else it needs.
MODELS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "tabular": ("hist_gradient_boosting", {}),
    "image": ("cnn", {"preprocess.image.size": 64}),
    "text": ("linear_svm", {}),
}

# From the names of the columns, and the one that seems right or None, to the one to be predicted.
Ask = Callable[[Sequence[str], str | None], str]


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What the data's description and the params should say, as the data looks.

    Attributes
    ----------
    description : dict
        The keys of data/<name>.yaml, the title left out.
    params : dict
        Keys of params.yaml, such as ``"preprocess.image.size"``, and their values.
    notes : list of str
        What was seen and guessed, a line each.
    """

    description: dict[str, Any]
    params: dict[str, Any]
    notes: list[str] = field(default_factory=list)


def look(path: Path, given: Mapping[str, str], ask: Ask) -> Proposal:
    """Look at data and say how they are read and what fits them.

    Parameters
    ----------
    path : Path
        A table, a folder that holds one, or a folder with a folder of images or texts for each class.
    given : dict
        What the user says: ``target``, ``task`` and the roles ``id``, ``group``, ``time`` and ``part``.
    ask : callable
        Asks which column is to be predicted.

    Raises
    ------
    DataError
        There is nothing that a reader takes.
    """
    if not path.exists():
        raise DataError(f"--data: {path} is not there: name a file or a folder")
    if table := _table_in(path):
        return _look_at_table(table, given, ask)
    if named := [key for key in ("target", *ROLES) if key in given]:
        raise DataError(f"--{named[0]} names a column of a table, but {path} is a folder of files")
    return _look_at_folder(path)


def _table_in(path: Path) -> Path | None:
    if path.is_file():
        return path
    if any(each.is_dir() and not each.name.startswith(".") for each in path.iterdir()):
        return None
    files = [each for each in path.iterdir() if each.is_file() and each.suffix in TABLES]
    return files[0] if len(files) == 1 else None


def _look_at_table(path: Path, given: Mapping[str, str], ask: Ask) -> Proposal:
    written = _how_written(path)
    plain = {"title": "", "task": "classification", "kind": "tabular", "reader": "table"}
    form = checked(Description, plain | {"file": "", "target": ""} | written, str(path))
    table, _ = read_file(path, form)
    table, _ = with_names(table, set(given.values()), path)
    for key in ("target", *ROLES):
        _require(table, key, given.get(key), path)
    target = given.get("target") or ask(list(table), likely_target(table))
    _require(table, "target", target, path)
    readings = {str(name): read_column(table[name], None, Marks(), own_gaps=False) for name in table}
    task = given.get("task") or guess_task(readings[target].column, readings[target].kind)
    named = [Role(key, given[key], "as you say") for key in ROLES if key in given]
    taken = {target, *(role.column for role in named)}
    guessed = [role for role in guess_roles(readings, taken) if role.key not in given]
    roles = named + guessed
    shape = f"{len(table):,} rows, {len(table.columns)} columns"
    notes = [f"{path.name}: {shape}", f"target  {target} ({_what(readings[target], task)})"]
    notes += [f"{role.key:<7} {role.column} ({role.why})" for role in roles]
    description: dict[str, Any] = {
        "task": task,
        "kind": "tabular",
        "reader": "table",
        "file": path.name,
        "target": target,
    }
    description |= {role.key: role.column for role in roles if role.key != "drop"}
    if drop := [role.column for role in roles if role.key == "drop"]:
        description["drop"] = drop
    model, further = MODELS["tabular"]
    params = {"model": model, "metric": _metric(task, readings[target].column), **further}
    if "group" in description:
        params["split.method"] = "group"
    elif "part" in description:
        params["split.method"] = "fixed"
    elif "time" in description:
        notes.append("        `split.method: time` in params.yaml tests on the newest rows")
    return Proposal(description=description | written, params=params, notes=notes)


def _how_written(path: Path) -> dict[str, Any]:
    """Tell by which mark the columns of a CSV are separated."""
    if path.suffix not in {".csv", ".tsv", ".txt", ".data"}:
        return {}
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        some = "".join(itertools.islice(file, 50))
    try:
        separator = csv.Sniffer().sniff(some, SEPARATORS).delimiter
    except csv.Error:
        return {}
    return {} if separator == "," else {"separator": separator}


def _require(table: pd.DataFrame, key: str, column: str | None, path: Path) -> None:
    if column is not None and column not in table:
        raise DataError(
            f"--{key}: {path} has no column '{column}'{did_you_mean(column, table)}; columns:"
            f" {first_few([str(name) for name in table], 30)}"
        )


def _what(reading: Reading, task: str) -> str:
    if task == "regression":
        return "a number"
    return f"{reading.column.nunique()} classes"


def _metric(task: str, target: pd.Series) -> str:
    if task == "regression":
        return "mae"
    return "f1_macro" if target.value_counts(normalize=True).max() > UNEVEN else "accuracy"


def _look_at_folder(path: Path) -> Proposal:
    files, _ = find_files(path)
    images = _are_images(files["path"].tolist())
    kind, reader = ("image", "image_folder") if images else ("text", "text_folder")
    counts = files["label"].value_counts()
    notes = [
        f"{path.name}: {len(files):,} {'images' if images else 'texts'} of {len(counts)} classes"
        f" ({first_few([str(name) for name in counts.index])})"
    ]
    model, further = MODELS[kind]
    params = {"model": model, "metric": _metric("classification", files["label"]), **further}
    if not files["part"].isna().all():
        params["split.method"] = "fixed"
        notes.append("part    the folders say which rows train and which test")
    description = {"task": "classification", "kind": kind, "reader": reader}
    return Proposal(description=description, params=params, notes=notes)


def _are_images(paths: Sequence[str]) -> bool:
    some = paths[:: max(1, len(paths) // LOOKED_AT)]
    return sum(map(_is_image, some)) > len(some) / 2


def _is_image(path: str) -> bool:
    try:
        read_facts(path)
    except UnreadableImageError:
        return False
    return True
