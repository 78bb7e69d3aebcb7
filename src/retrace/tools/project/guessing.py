"""Columns of a table in, the roles that they seem to have out, each with the reason."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from retrace.readers.shared.cells import Reading, counts_rows

TARGET = re.compile(r"target|label|labels|class|y|outcome|response", re.IGNORECASE)
ID = re.compile(r"(?:.*[_ -])?(?:id|uuid|key|index)|.*[a-z]I[dD]", re.IGNORECASE)
UNIT = re.compile(
    r"(patient|subject|participant|person|user|customer|client|household|family|group|device|sensor|site"
    r"|session|batch)(?:[_ -]?(?:id|no|nr|number))?",
    re.IGNORECASE,
)

FEWEST_UNITS = 5
MOST_CLASSES = 20  # of whole numbers: more are a number to predict
FEWEST_NAMES = 20  # distinct texts that may name rows


@dataclass(frozen=True)
class Role:
    """A column, the key of data/<name>.yaml that names it, and why."""

    key: str
    column: str
    why: str


def likely_target(table: pd.DataFrame) -> str | None:
    """Return the one column whose name says that it is to be predicted, or None."""
    named = [str(name) for name in table if TARGET.fullmatch(str(name))]
    return named[0] if len(named) == 1 else None


def guess_task(target: pd.Series, kind: str) -> str:
    """Tell whether a column holds classes or numbers to predict.

    Parameters
    ----------
    target : Series
        As it was read.
    kind : str
        What it was taken for.
    """
    if kind != "number":
        return "classification"
    values = target.dropna()
    whole = bool((values % 1 == 0).all())
    return "classification" if whole and values.nunique() <= MOST_CLASSES else "regression"


def guess_roles(readings: Mapping[str, Reading], taken: set[str]) -> list[Role]:
    """Guess what names a row, ties rows together or says when they were, and what is no feature.

    Parameters
    ----------
    readings : mapping
        What each column of the table was taken for.
    taken : set of str
        Columns that have a role already, the target included.
    """
    roles: list[Role] = []
    for name, reading in readings.items():
        if name in taken:
            continue
        given = {role.key for role in roles}
        if role := _role(name, reading, given):
            roles.append(role)
    return roles


def _role(name: str, reading: Reading, given: set[str]) -> Role | None:
    column = reading.column
    n_distinct, complete = _count(column), not column.isna().any()
    if complete and n_distinct == len(column) and (ID.fullmatch(name) or counts_rows(column)):
        return Role("id" if "id" not in given else "drop", name, "another in each row")
    if UNIT.fullmatch(name) and complete and FEWEST_UNITS <= n_distinct < len(column):
        key = "group" if "group" not in given else "drop"
        return Role(key, name, f"{n_distinct} of them in {len(column)} rows")
    if reading.kind == "date":
        return Role("time" if complete and "time" not in given else "drop", name, "dates")
    if column.isna().all():
        return Role("drop", name, "empty")
    if reading.kind == "other":
        return Role("drop", name, "neither numbers nor text")
    n_there = int(column.notna().sum())
    if (
        reading.kind == "category"
        and not reading.problem
        and n_distinct > max(FEWEST_NAMES, n_there / 2)
    ):
        return Role("drop", name, f"{n_distinct} texts in {n_there} cells: they name rows")
    return None


def _count(column: pd.Series) -> int:
    try:
        return int(column.nunique())
    except TypeError:  # lists and the like
        return 0
