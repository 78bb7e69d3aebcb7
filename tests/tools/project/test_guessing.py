import numpy as np
import pandas as pd
import pytest

from retrace.readers.shared.cells import Marks
from retrace.readers.shared.columns import read_column
from retrace.tools.project.guessing import guess_roles, guess_task, likely_target

N = 60


def readings(**columns):
    return {
        name: read_column(pd.Series(values, name=name), None, Marks(), own_gaps=False)
        for name, values in columns.items()
    }


def roles(**columns):
    return [(role.key, role.column) for role in guess_roles(readings(**columns), {"y"})]


DAYS = [f"2024-01-{1 + i % 28:02}" for i in range(N)]
NAMES = [f"Name {chr(65 + i % 26)}{i}" for i in range(N)]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"PassengerId": range(100, 100 + N)}, [("id", "PassengerId")]),
        ({"number": range(N)}, [("id", "number")]),
        ({"size": np.arange(N) * 1.5}, []),
        ({"uuid": NAMES, "key": range(N)}, [("id", "uuid"), ("drop", "key")]),
        ({"patient_id": [i // 3 for i in range(N)]}, [("group", "patient_id")]),
        ({"Site": ["a", "b"] * (N // 2)}, []),
        ({"day": DAYS, "again": DAYS}, [("time", "day"), ("drop", "again")]),
        ({"day": [*DAYS[1:], None]}, [("drop", "day")]),
        ({"name": NAMES}, [("drop", "name")]),
        ({"word": ["red", "blue", "green"] * (N // 3)}, []),
        ({"nothing": [np.nan] * N}, [("drop", "nothing")]),
        ({"list": [[i] for i in range(N)]}, [("drop", "list")]),
        ({"y": range(N)}, []),
    ],
)
def test_roles_follow_from_names_and_values(columns, expected):
    assert roles(**columns) == expected


@pytest.mark.parametrize(
    ("values", "task"),
    [
        ([0, 1] * 30, "classification"),
        (list(range(60)), "regression"),
        ([0.5, 1.5] * 30, "regression"),
        (["a", "b"] * 30, "classification"),
        ([1.0, 2.0, np.nan] * 20, "classification"),
    ],
)
def test_the_task_follows_from_the_target(values, task):
    (reading,) = readings(y=values).values()
    assert guess_task(reading.column, reading.kind) == task


@pytest.mark.parametrize(
    ("columns", "target"), [("abc", None), (["a", "Label"], "Label"), (["target", "class"], None)]
)
def test_only_one_telling_name_is_a_likely_target(columns, target):
    assert likely_target(pd.DataFrame(columns=list(columns))) == target
