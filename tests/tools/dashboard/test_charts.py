import numpy as np
import pandas as pd
import pytest

from retrace.core.errors import ComparisonError
from retrace.tools.dashboard.charts import (
    MAX_POINTS,
    confusion_cells,
    read_curves,
    read_validation,
    scatter,
)
from run_files import CLASSES, history_table, predictions_table, regression_table

PREDICTIONS = "report/predictions.csv"


def test_only_rows_of_the_validation_part_are_read(make_run):
    rows = read_validation(make_run("fox", table=predictions_table(n=90)))
    assert len(rows) == 60
    assert rows.classes == CLASSES


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda table: table.drop(columns="row_hash"), "written by an older version"),
        (lambda table: table[table["part"] == "test"], "no predictions of a validation part"),
        (lambda table: table.assign(predicted="hen"), "names a class that has no column"),
        (lambda table: table.assign(p_dog="much"), "cannot be read"),
    ],
)
def test_predictions_that_cannot_be_used_say_why(make_run, change, why):
    with pytest.raises(ComparisonError, match=why):
        read_validation(make_run("fox", table=change(predictions_table())))


def test_predictions_that_were_not_pulled_say_so(make_run):
    with pytest.raises(ComparisonError, match="not pulled"):
        read_validation(make_run("fox", hashes={PREDICTIONS: "abc"}))
    with pytest.raises(ComparisonError, match="no predictions"):
        read_validation(make_run("fox"))


def test_filled_cells_add_up_to_all_rows(make_run):
    cells = confusion_cells(read_validation(make_run("fox", table=predictions_table(wrong=0.3))))
    assert sum(n for _, _, n in cells) == 60
    assert [0, 0] in [cell[:2] for cell in cells]
    assert [0, 2] not in [cell[:2] for cell in cells]


def test_a_regression_gives_points(make_run):
    rows = read_validation(make_run("fox", table=regression_table()))
    points = np.array(scatter(rows, limit=10))
    assert points.shape == (10, 2)
    np.testing.assert_allclose(points[:, 1] - points[:, 0], 1)


def test_long_histories_are_thinned_and_keep_their_ends(make_run):
    curves = read_curves(make_run("fox", history=history_table(epochs=1000)))
    assert len(curves["epoch"]) == MAX_POINTS
    assert (curves["epoch"][0], curves["epoch"][-1]) == (1, 1000)
    assert "learning_rate" not in curves


@pytest.mark.parametrize("history", [None, history_table(epochs=0), pd.DataFrame({"other": [1]})])
def test_a_model_without_epochs_has_no_curves(make_run, history):
    assert read_curves(make_run("fox", history=history)) is None
