"""What types are read: tests/readers/test_odd_tables.py."""

import pyarrow as pa
import pyarrow.parquet as pq

from retrace.readers.shared.parquet_files import read_parquet


def test_values_that_mean_none_are_gaps_in_numbers_and_in_text(tmp_path):
    pq.write_table(
        pa.table({"n": [-9, 1], "t": [" ? ", "a"], "b": [True, False]}), tmp_path / "t.parquet"
    )
    table = read_parquet(tmp_path / "t.parquet", ["?", -9])
    assert table.isna().to_numpy().tolist() == [[True, True, False], [False, False, False]]
