import numpy as np
import pyarrow as pa
import pytest

from retrace.core.records import Predictions
from retrace.tools.repository.predictions import PredictedRows
from retrace.tools.significance.serial import memory_notes, shared_memory

Y = np.arange(600) // 2 % 2
TIMES = np.arange(600)


def in_time(wrong, times=TIMES):
    """A run of which some rows are wrong, split by time."""
    labels, predicted = Y.astype(str), np.where(wrong, 1 - Y, Y)
    return PredictedRows(
        name="HEAD",
        part="test",
        keys=pa.table({"row_hash": TIMES.astype(str), "id": TIMES.astype(str), "true": labels}),
        groups=None,
        classes=("a", "b"),
        predictions=Predictions(y=Y, predicted=predicted, probabilities=np.eye(2)[predicted]),
        times=times,
    )


RIGHT = in_time(np.zeros(600, bool))
NOW_AND_THEN = in_time(np.random.default_rng(0).random(600) < 0.1)
IN_STRETCHES = in_time(np.isin(TIMES // 15, np.random.default_rng(0).choice(40, 9, False)))


def test_rows_that_were_not_split_by_time_have_no_memory():
    assert shared_memory([in_time(Y == 0, None)], [in_time(Y == 1, None)]) is None
    assert memory_notes(None, in_time(Y == 0, None)) == ()


def test_mistakes_that_come_one_by_one_need_no_note():
    shared = shared_memory([NOW_AND_THEN], [RIGHT])
    assert not shared.is_long
    assert memory_notes(shared, RIGHT) == ()


def test_mistakes_that_come_in_stretches_are_said_to():
    shared = shared_memory([IN_STRETCHES], [RIGHT])
    assert shared.is_long
    assert 5 <= shared.length <= 30
    [note] = memory_notes(shared, RIGHT)
    assert f"about {shared.length} of 600 moments" in note
    assert "30 independent blocks" in note


@pytest.mark.parametrize("runs", [1, 3])
def test_several_runs_of_a_side_count_as_their_mean(runs):
    assert shared_memory([IN_STRETCHES] * runs, [RIGHT]) == shared_memory([IN_STRETCHES], [RIGHT])
