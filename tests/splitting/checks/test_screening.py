import numpy as np
import pandas as pd
import pytest

from retrace.splitting.checks.drift import compare_parts
from retrace.splitting.checks.leakage import find_leaks
from retrace.splitting.checks.screening import MOST_COLUMNS, most_related


@pytest.fixture(scope="module")
def wide():
    """More columns than are looked at one by one, one a leak and one of another distribution."""
    generator = np.random.default_rng(0)
    y = np.arange(120) % 3
    table = pd.DataFrame(generator.normal(size=(120, MOST_COLUMNS + 500))).add_prefix("g")
    word = pd.Series(["a"] * 120, dtype=object)
    return table.assign(leak=y + generator.normal(0, 0.01, 120), word=word), y


def test_the_columns_that_say_most_of_the_target_and_those_of_text_are_kept(wide):
    table, y = wide
    kept = most_related(table, y, "classification")
    assert kept.shape == (120, MOST_COLUMNS)
    assert {"leak", "word"} <= set(kept)
    assert "leak" in most_related(table, y + 0.5, "regression")


def test_a_leak_among_thousands_is_found(wide, monkeypatch):
    monkeypatch.setattr("retrace.splitting.checks.screening.MOST_COLUMNS", 20)
    table, y = wide
    found = find_leaks(table, y, "classification")
    assert found.warnings[0].startswith("leak (1.000) alone predicts the target")
    assert "of 20 tried alone (of 1,502 those most related to it)" in found.checked[0]


def test_a_column_that_differs_among_thousands_is_found(wide, monkeypatch):
    monkeypatch.setattr("retrace.splitting.checks.screening.MOST_COLUMNS", 20)
    table, _ = wide
    shifted = table.assign(g700=table["g700"] + 3)
    found = compare_parts({"train": table, "test": shifted})
    assert "differs from the training part in g700 (" in found.warnings[0]
