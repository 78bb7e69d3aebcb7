"""A Parquet file in, a DataFrame out: every type of Arrow as the number or the text that it is."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrace.core.spelling import spelled


def read_parquet(path: Path, missing: Sequence[Any] | None) -> pd.DataFrame:
    """Read a file, or a folder of them, as Spark leaves it.

    Parameters
    ----------
    path : Path
        Files whose names begin with ``_`` or ``.`` are passed over.
    missing : sequence or None
        Texts, and numbers written as texts, that mean "no value".
    """
    import pyarrow as pa  # slow to import, and a CSV does not need it
    import pyarrow.parquet as pq

    # One thread that still goes by Arrow's queue takes five times the memory for thousands of columns.
    arrow = pq.read_table(path, use_threads=pa.cpu_count() > 1)
    names, columns = arrow.column_names, arrow.columns
    categories = _categories(arrow.schema.pandas_metadata or {})
    del arrow  # so that each column goes as soon as it is converted
    if repeated := [name for name, count in Counter(names).items() if count > 1]:
        raise ValueError(f"column '{repeated[0]}' occurs more than once: rename or remove one")
    return frame_of(names, columns, missing, categories)


def frame_of(
    names: Sequence[str],
    columns: list[Any],
    missing: Sequence[Any] | None,
    categories: Collection[str] = (),
) -> pd.DataFrame:
    """Make a DataFrame of Arrow's columns, which leave their list one by one; see `read_parquet`."""
    table = {name: _from_arrow(columns.pop(0)) for name in names}
    table |= {name: table[name].astype("category") for name in names if name in categories}
    if missing is not None:
        gone = [str(value) for value in missing]
        table = {name: _without(column, gone) for name, column in table.items()}
    # Arrays, not Series: tens of thousands of indexes take longer to compare than the values to read.
    return pd.DataFrame({name: column.array for name, column in table.items()}, copy=False)


def _categories(metadata: dict[str, Any]) -> set[str]:
    """Name the columns that pandas wrote as categories: their codes are no measurements."""
    described = metadata.get("columns", [])
    return {each["name"] for each in described if each.get("pandas_type") == "categorical"}


def _from_arrow(column: Any) -> pd.Series:
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        # A way to store values, as of the year in a folder called year=2024; it makes no category.
        column = column.cast(column.type.value_type)
    for is_of, convert in _CONVERTERS:
        if getattr(pa.types, is_of)(column.type):
            column = convert(column)
            break
    if pa.types.is_integer(column.type) and column.null_count:
        # As floats, integers above 2**53 would become their neighbours.
        nullable = pd.UInt64Dtype() if column.type == pa.uint64() else pd.Int64Dtype()
        return pd.Series(column.to_pandas(types_mapper=lambda _: nullable))
    return column.to_pandas()


def _decimal(column: Any) -> Any:
    import pyarrow as pa

    if column.type.scale > 0:
        return column.cast(pa.float64())
    try:
        return column.cast(pa.int64())
    except pa.ArrowInvalid:  # an identifier of more digits than an integer has
        return column.cast(pa.string())


def _bytes(column: Any) -> Any:
    import pyarrow as pa

    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:  # no UTF-8: told as bytes where it is used
        return column


def _to(kind: str, *arguments: object) -> Callable[[Any], Any]:
    def convert(column: Any) -> Any:
        import pyarrow as pa

        return column.cast(getattr(pa, kind)(*arguments))

    return convert


_CONVERTERS = (
    ("is_decimal", _decimal),
    ("is_binary", _bytes),
    ("is_large_binary", _bytes),
    ("is_fixed_size_binary", _bytes),
    ("is_date", _to("timestamp", "s")),
    ("is_time", _to("string")),
    ("is_float16", _to("float32")),
    ("is_null", _to("float64")),
)


def _without(column: pd.Series, missing: Sequence[str]) -> pd.Series:
    """Make gaps of what means "no value"."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return column
    if pd.api.types.is_numeric_dtype(column.dtype):
        numbers = pd.to_numeric(pd.Series(missing, dtype=object), errors="coerce").dropna()
        return column.mask(column.isin(numbers.tolist()))
    if isinstance(column.dtype, pd.StringDtype):
        gone = {spelled(text) for text in missing}
        return column.where(~column.map(spelled, na_action="ignore").isin(gone), np.nan)
    return column
