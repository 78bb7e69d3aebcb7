"""The project's own steps, taken one after the other; each is tried on a few rows alone, and must agree.

A cleaned row depends on that row alone. So a function that centres a column, fills gaps with a mean or
draws at random is refused: rows that come one by one, as a server gets them, would become other rows.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from retrace.cleaning.own import Step
from retrace.core.errors import DataError, RetraceError, first_few
from retrace.core.own_code import SOURCE, line_of

FILE = SOURCE / "cleaners.py"

# Rows that are tried together, and alone: of these so many of each sort (`_telling`).
TOGETHER, ALONE = 64, 8

TOLERANCE = 1e-12  # of a number, by the largest of its column: sums of several terms may be rounded

# Of objects: what all-number cells are called, whatever gaps are among them.
NUMBERS = {"boolean", "decimal", "floating", "integer", "mixed-integer-float"}

WHERE_IT_BELONGS = (
    "a cleaned row may depend on that row alone; what learns from other rows belongs under `features`,"
    " or into a model of src/models.py"
)

Rows = NDArray[np.intp]


def take_step(step: Step, X: Any) -> Any:
    """Call a function of the project on cleaned rows.

    Parameters
    ----------
    step : Step
    X : DataFrame, uint8 array of images or object array of texts

    Returns
    -------
    DataFrame or array
        As many rows. Of a table what counts true and false, or may be missing, is float64.

    Raises
    ------
    DataError
        The function fails, or returns something else than so many rows of its kind.
    """
    return TAKERS[step.kind](step, X)


def check_row_wise(step: Step, X: Any, made: Any, ids: NDArray[Any]) -> None:
    """Try a step on some rows alone, and on some of them together: each must become what it was before.

    Parameters
    ----------
    X, made : DataFrame or array
        All rows before and after the step.
    ids : array of shape (n_samples,)
        What names a row.

    Raises
    ------
    DataError
        Naming the first row that became another one.
    """
    some = np.unique(np.linspace(0, len(X) - 1, TOGETHER).round().astype(np.intp))
    half = some[::-2] if len(some) > 1 else some
    for rows in [half, *np.reshape(_telling(X, some), (-1, 1))]:
        few = _taken(X, rows)
        try:
            alone = take_step(step, few)
        except DataError as error:
            raise DataError(f"{error}; not on all {len(X)}: {WHERE_IT_BELONGS}") from error
        if difference := _difference(alone, _taken(made, rows), ids[rows]):
            if _difference(take_step(step, few), alone, ids[rows]):
                raise _refused(step, "answers otherwise each time: it may draw nothing at random")
            raise _refused(step, f"{difference}: {WHERE_IT_BELONGS}")


def _called(step: Step, X: Any) -> Any:
    try:
        return step.function(X, **step.arguments)
    except (RetraceError, MemoryError):
        raise
    except Exception as error:
        rows = "1 row" if len(X) == 1 else f"{len(X)} rows"
        columns = f"; columns: {first_few(list(X), 30)}" if isinstance(error, KeyError) else ""
        raise DataError(
            f"{FILE}: {step.name} fails{line_of(error, FILE.absolute())} on {rows}:"
            f" {type(error).__name__}: {error}{columns if isinstance(X, pd.DataFrame) else ''}"
        ) from error


def _table(step: Step, X: pd.DataFrame) -> pd.DataFrame:
    given = X.reset_index(drop=True)
    made = _called(step, given.copy(deep=False))  # to write into it changes nothing here
    if not isinstance(made, pd.DataFrame):
        raise _refused(step, f"returned {type(made).__name__}, should be a DataFrame")
    if not made.index.equals(given.index):
        what = f"{len(made)} rows for {len(X)}" if len(made) != len(X) else "rows in another order"
        raise _refused(step, f"returned {what}: it must keep all rows as they lie")
    names = list(made.columns)
    if not names:
        raise _refused(step, "returned no column")
    if odd := [repr(name) for name in names if not isinstance(name, str) or names.count(name) > 1]:
        raise _refused(
            step, f"returned columns whose name is no text, or not theirs alone: {first_few(odd)}"
        )
    return pd.DataFrame({name: _settled(step, column) for name, column in made.items()}, copy=False)


def _settled(step: Step, column: pd.Series) -> pd.Series:
    """Return numbers as numbers whatever gaps are among them, so that their type depends on no row."""
    dtype = column.dtype
    if dtype.kind in "mM":
        raise _refused(step, f"made dates of column '{column.name}': make numbers of them, such as days")
    if isinstance(dtype, np.dtype) and dtype.kind in "iuf":
        return column
    if types.is_bool_dtype(dtype) or types.is_numeric_dtype(dtype):
        return column.astype(np.float64)
    if dtype.kind == "O" and types.infer_dtype(column, skipna=True) in NUMBERS:
        return column.map(float, na_action="ignore").astype(np.float64)
    return column


def _texts(step: Step, X: NDArray[np.object_]) -> NDArray[np.object_]:
    made = _called(step, list(X))
    texts = list(made) if isinstance(made, Sequence | np.ndarray) and not isinstance(made, str) else None
    if texts is None or not all(isinstance(text, str) for text in texts):
        raise _refused(step, f"returned {type(made).__name__}, should be a list of texts")
    if len(texts) != len(X):
        raise _refused(step, f"returned {len(texts)} texts for {len(X)}: it must keep all rows")
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


def _images(step: Step, X: NDArray[np.uint8]) -> NDArray[np.uint8]:
    made = _called(step, X.copy())
    if not isinstance(made, np.ndarray) or made.dtype != np.uint8 or made.shape != X.shape:
        got = f"{made.dtype} {made.shape}" if isinstance(made, np.ndarray) else type(made).__name__
        raise _refused(
            step,
            f"returned {got}, should be uint8 {X.shape}: for another size there is `preprocess.image`",
        )
    return made


TAKERS: dict[str, Callable[[Step, Any], Any]] = {"tabular": _table, "text": _texts, "image": _images}


def _refused(step: Step, why: str) -> DataError:
    return DataError(f"{FILE}: {step.name} {why}")


def _taken(X: Any, rows: Rows) -> Any:
    return X.iloc[rows].reset_index(drop=True) if isinstance(X, pd.DataFrame) else X[rows]


def _telling(X: Any, some: Rows) -> Rows:
    """Choose rows to be tried alone: some of all; of a table also such as have a gap, or an extreme."""
    chosen = [some[:: max(1, len(some) // ALONE)][:ALONE]]
    if isinstance(X, pd.DataFrame):
        gaps = [column.isna().to_numpy().argmax() for _, column in X.items() if column.hasnans]
        filled = [X[name].fillna(0).to_numpy() for name in X.select_dtypes("number")]
        extremes = [at for values in filled for at in (values.argmin(), values.argmax())]
        chosen += [np.array(each[: 2 * ALONE], dtype=np.intp) for each in (gaps, extremes)]
    return np.unique(np.concatenate(chosen))


def _difference(alone: Any, among: Any, ids: NDArray[Any]) -> str:
    """Say what some rows become by themselves that they did not become among all; empty if nothing."""
    if isinstance(alone, pd.DataFrame):
        return _other_columns(alone, among) or _other_cell(alone, among, ids)
    same = (alone == among).reshape(len(ids), -1).all(axis=1)
    return "" if same.all() else f"makes another row of {ids[np.argmin(same)]!s} among fewer rows"


def _other_columns(alone: pd.DataFrame, among: pd.DataFrame) -> str:
    if list(alone) != list(among):
        changing = first_few([str(name) for name in alone.columns.symmetric_difference(among.columns)])
        return f"makes other columns of some rows than of all ({changing or 'another order'})"
    for name in alone:
        kinds = {is_number(table[name]) for table in (alone, among) if table[name].notna().any()}
        if len(kinds) > 1:
            return f"makes numbers of '{name}' in some rows, and text in others"
    return ""


def _other_cell(alone: pd.DataFrame, among: pd.DataFrame, ids: NDArray[Any]) -> str:
    for name in alone:
        mine, theirs = alone[name], among[name]
        if is_number(mine) and is_number(theirs):
            mine, theirs = mine.to_numpy(np.float64), theirs.to_numpy(np.float64)
            finite = np.abs(theirs[np.isfinite(theirs)])
            close = TOLERANCE * finite.max(initial=0)
            same = np.isclose(mine, theirs, rtol=TOLERANCE, atol=close, equal_nan=True)
        else:
            gaps = mine.isna() & theirs.isna()
            same = (gaps | (mine.astype(str) == theirs.astype(str))).to_numpy()
        if not same.all():
            row = int(np.argmin(same))
            return (
                f"makes {theirs[row]!s} of '{name}' in row {ids[row]!s} among all rows, {mine[row]!s}"
                " among fewer"
            )
    return ""


def is_number(column: pd.Series) -> bool:
    """Tell whether a column is one of numbers; all others are categories."""
    return bool(types.is_numeric_dtype(column.dtype))
