import numpy as np
import pandas as pd
import pytest


@pytest.mark.parametrize("kind", ["tabular", "image"])
def test_take_keeps_rows_and_their_order(make_dataset, kind):
    dataset = make_dataset(n=10, kind=kind, groups=np.arange(10) // 2)
    part = dataset.take(np.array([7, 2]))
    assert part.ids.tolist() == [7, 2]
    assert part.groups.tolist() == [3, 1]
    assert len(part.X) == len(part) == 2
    assert part.classes == dataset.classes


def test_take_numbers_a_table_anew(make_dataset):
    part = make_dataset(n=10).take(np.array([7, 2]))
    assert isinstance(part.X, pd.DataFrame)
    assert part.X.index.tolist() == [0, 1]
