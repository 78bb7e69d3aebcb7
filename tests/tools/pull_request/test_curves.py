import numpy as np
import pandas as pd

from retrace.tools.pull_request.curves import POINTS, charts
from run_files import history_table


def test_both_validation_curves_share_the_epochs_and_the_shorter_ends_earlier():
    loss, accuracy = charts(history_table(5), history_table(100), "main")
    assert (loss.title, accuracy.title) == ("validation loss", "validation accuracy")
    assert loss.names == ("main", "this")
    assert len(loss.epochs) <= POINTS + 2
    assert loss.epochs[0] == 1
    assert loss.epochs[-1] == 100
    short, long = loss.lines
    assert len(long) == len(loss.epochs)
    assert len(short) == sum(epoch <= 5 for epoch in loss.epochs) >= 2


def test_alone_the_training_stands_beside_the_validation():
    (loss, _) = charts(pd.DataFrame(), history_table(3), "main")
    assert loss.title == "loss"
    assert loss.names == ("training", "validation")
    assert loss.epochs == [1, 2, 3]


def test_a_curve_that_is_no_number_is_not_drawn():
    broken = history_table(4).assign(validation_loss=np.nan)
    assert [chart.metric for chart in charts(broken, broken, "main")] == ["accuracy"]
    assert charts(history_table(4), pd.DataFrame(), "main") == []


def test_a_branch_with_quotes_in_its_name_ends_no_title():
    assert charts(history_table(2), history_table(2), 'a"b\n%%' * 20)[0].names[0] == "ab" * 12 + "a"
