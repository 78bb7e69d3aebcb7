import numpy as np
import pandas as pd
import pytest

from made_runs import labelled
from retrace.tools.pull_request.charts import MOST_PAIRS, POINTS, confusion, curve_charts
from retrace.tools.repository.predictions import read_rows
from run_files import history_table


@pytest.fixture
def rows(tmp_path):
    def read(**options):
        labelled(**options).to_csv(tmp_path / "rows.csv", index=False)
        return read_rows(tmp_path / "rows.csv", "made")

    return read


def test_a_matrix_shows_what_changed(rows):
    found = confusion(rows(right=0.9), rows(right=0.6))
    assert found.matrix[0][0].count > 80
    assert sum(cell.change for row in found.matrix for cell in row) == 0
    assert found.matrix[0][0].change > 0 > found.matrix[0][1].change
    assert found.compared


def test_alone_nothing_is_said_to_have_changed(rows):
    found = confusion(rows(), None)
    assert {cell.change for row in found.matrix for cell in row} == {None}
    assert not found.compared


def test_of_many_classes_the_largest_changes_are_listed(rows):
    classes = tuple(f"class {code}" for code in range(200))
    found = confusion(rows(n=600, classes=classes, right=0.9), rows(n=600, classes=classes, right=0.3))
    sizes = [abs(pair.cell.change) for pair in found.pairs]
    assert not found.matrix
    assert len(sizes) == MOST_PAIRS < found.n_pairs
    assert sizes == sorted(sizes, reverse=True)
    assert all(pair.true != pair.predicted for pair in found.pairs)


def test_both_validation_curves_share_the_epochs_and_the_shorter_ends_earlier():
    loss, accuracy = curve_charts(history_table(5), history_table(100), "main")
    assert (loss.title, accuracy.title) == ("validation loss", "validation accuracy")
    assert loss.names == ("main", "this")
    assert len(loss.epochs) <= POINTS + 2
    assert loss.epochs[0] == 1
    assert loss.epochs[-1] == 100
    short, long = loss.lines
    assert len(long) == len(loss.epochs)
    assert len(short) == sum(epoch <= 5 for epoch in loss.epochs) >= 2


def test_alone_the_training_stands_beside_the_validation():
    (loss, _) = curve_charts(pd.DataFrame(), history_table(3), "main")
    assert loss.title == "loss"
    assert loss.names == ("training", "validation")
    assert loss.epochs == [1, 2, 3]


def test_a_curve_that_is_no_number_is_not_drawn():
    broken = history_table(4).assign(validation_loss=np.nan)
    assert [chart.metric for chart in curve_charts(broken, broken, "main")] == ["accuracy"]
    assert curve_charts(history_table(4), pd.DataFrame(), "main") == []


def test_a_branch_with_quotes_in_its_name_ends_no_title():
    assert (
        curve_charts(history_table(2), history_table(2), 'a"b\n%%' * 20)[0].names[0] == "ab" * 12 + "a"
    )
