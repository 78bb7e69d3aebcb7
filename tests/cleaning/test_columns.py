import numpy as np
import pandas as pd

from retrace.cleaning.columns import columns_after
from retrace.core.records import Column

X = pd.DataFrame({"age": [1.0, np.nan], "name": ["a", "b"], "deck": ["c", "d"]})

READ = tuple(
    Column(name=name, role=role, kind=kind, gaps=0, distinct=2)
    for name, role, kind in [
        ("age", "feature", "number"),
        ("name", "feature", "text"),
        ("deck", "feature", "category"),
        ("won", "target", "text"),
    ]
)


def roles(columns):
    return [(column.name, column.role, column.kind) for column in columns]


def test_what_steps_took_and_what_they_made_stands_apart():
    made = X.assign(deck=[1, 2], title=["Mr", None]).drop(columns="name")
    columns = columns_after(READ, X, made)
    assert roles(columns)[:4] == [
        ("age", "feature", "number"),
        ("name", "input", "text"),
        ("deck", "input", "category"),
        ("won", "target", "text"),
    ]
    assert roles(columns)[4:] == [("deck", "made", "number"), ("title", "made", "category")]
    assert (columns[-1].gaps, columns[-1].distinct, columns[-1].note) == (1, 1, "by `preprocess.steps`")


def test_values_that_change_leave_the_columns_as_they_are():
    assert columns_after(READ, X, X.assign(age=0.0)) == READ


def test_columns_that_no_reader_described_are_described():
    columns = columns_after((), X, X.drop(columns="deck"))
    assert roles(columns)[-1] == ("deck", "input", "category")
