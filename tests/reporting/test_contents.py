import numpy as np
import pandas as pd

from retrace.reporting.contents import row_contents


def test_a_row_of_a_table_is_told_by_its_columns(make_dataset):
    table = pd.DataFrame({"age": [39.5, np.nan], "pay": [500001.0, 48191.1235], "job": ["clerk", None]})
    dataset = make_dataset(n=2, X=table)
    assert row_contents(dataset, [1, 0]) == [
        "age —, pay 48,191, job —",
        "age 39.5, pay 500,001, job clerk",
    ]


def test_long_rows_are_capped(make_dataset):
    wide = make_dataset(n=2, X=pd.DataFrame({f"c{n}": ["x", "y"] for n in range(40)}))
    assert row_contents(wide, [0])[0].endswith("c11 x, …")
    texts = np.array(["word " * 100, "short"], dtype=object)
    long, short = row_contents(make_dataset(n=2, kind="text", X=texts), [0, 1])
    assert (len(long) <= 160, long[-1], short) == (True, "…", "short")


def test_private_rows_and_images_show_nothing(make_dataset):
    table = pd.DataFrame({"age": [39.5, 2.0]})
    assert row_contents(make_dataset(n=2, X=table, private=True), [0, 1]) == ["", ""]
    assert row_contents(make_dataset(n=2, kind="image"), [0]) == [""]
