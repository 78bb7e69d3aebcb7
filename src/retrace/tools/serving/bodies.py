"""The body of a request -> rows as the model takes them, by the type of its content."""

import json
import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrace.core.errors import DataError, first_few
from retrace.tools.prediction.inputs import Chunk, Read
from retrace.tools.prediction.inputs.files import read_images
from retrace.tools.prediction.inputs.tables import read_table, table_chunks
from retrace.tools.prediction.predictor import Predictor
from retrace.tools.prediction.stream import NAMED, listed
from retrace.tools.serving.refusals import RefusedError

LARGEST = 1e300  # of a number: what is larger overflows in some model

# What a browser calls pictures that Pillow reads; one that it cannot read is refused as such.
IMAGE = "image/"

JSON, CSV, TEXT = "application/json", "text/csv", "text/plain"

Reader = Callable[[bytes, Predictor], list[Read]]


def read_body(content_type: str, body: bytes, predictor: Predictor, most_rows: int) -> list[Read]:
    """Read rows.

    Parameters
    ----------
    content_type : str
        As the request says it.
    body : bytes
        The request, as it came.
    predictor : Predictor
        The model that is asked.
    most_rows : int
        How many a request may have.

    Raises
    ------
    RefusedError
        The body is not of its type, or its rows are not what the model takes.
    RetraceError
        So says a reader of `retrace predict`.
    """
    kind = content_type.partition(";")[0].strip().lower()
    name = IMAGE if kind.startswith(IMAGE) else kind
    readers = READERS[predictor.kind]
    if name not in readers:
        allowed = ", ".join(f"{each}*" if each == IMAGE else each for each in readers)
        raise RefusedError(415, f"Content-Type: got '{kind[:80]}'; allowed for this model: {allowed}")
    if not body:
        raise RefusedError(400, "the body is empty: it should hold rows")
    reads = readers[name](body, predictor)
    problems = [problem for read in reads for problem in read.problems]
    if problems:
        raise RefusedError(422, "there are rows that the model cannot take", listed(problems))
    n_rows = sum(len(read.ids) for read in reads)
    if not n_rows:
        raise RefusedError(422, "there are no rows")
    if n_rows > most_rows:
        raise RefusedError(413, f"got {n_rows} rows; allowed: {most_rows} in a request")
    return reads


def _json_rows(body: bytes) -> list[Any]:
    try:
        content = json.loads(body, parse_constant=_no_number, parse_float=_finite, parse_int=_whole)
        json.dumps(content, ensure_ascii=False).encode("utf-8")  # a lone surrogate is no text
    except RefusedError:
        raise
    except (ValueError, RecursionError) as error:
        message = "too deeply nested" if isinstance(error, RecursionError) else str(error)
        raise RefusedError(400, f"the body is not JSON in UTF-8: {message[:200]}") from None
    rows = content.get("rows") if isinstance(content, dict) else None
    if not isinstance(rows, list):
        raise RefusedError(422, 'the body should be {"rows": [...]}')
    return rows


def _no_number(text: str) -> float:
    raise RefusedError(400, f"{text} is no number of JSON: for a gap write null")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number) or abs(number) > LARGEST:
        raise RefusedError(422, f"{text[:40]} is too large a number; allowed: up to {LARGEST:g}")
    return number


def _whole(text: str) -> int | float:
    number = _finite(text)
    return int(text) if abs(number) < 2**63 else number


def _table_of_json(body: bytes, predictor: Predictor) -> list[Read]:
    rows = _json_rows(body)
    needed = list(predictor.columns)
    problems = [(place, why) for place, row in enumerate(rows) if (why := _no_row(row, needed))]
    if problems:
        raise RefusedError(
            422,
            "there are rows that the model cannot take",
            [f"row {place + 1}: {why}" for place, why in problems[:NAMED]],
        )
    kinds = predictor.columns
    columns = {name: _cells([row[name] for row in rows], kinds[name]) for name in needed}
    return [read_table(Chunk(start=0, rows=pd.DataFrame(columns)), predictor)] if rows else []


def _no_row(row: Any, needed: list[str]) -> str:
    if not isinstance(row, dict):
        return "is no object: write a value for each column"
    if lacking := [name for name in needed if name not in row]:
        return f"lacks {first_few(lacking)}: write null for a gap"
    nested = [name for name in needed if isinstance(row[name], dict | list)]
    return f"{nested[0]} holds a list or an object, should be a value" if nested else ""


def _cells(values: list[Any], kind: str) -> pd.Series:
    """Return a column as a reader of a file would give it: texts, or numbers if all are."""
    filled = [np.nan if value is None else value for value in values]
    if kind == "number" and all(type(value) in (int, float) for value in filled):
        return pd.Series(filled, dtype=np.float64)
    texts = [value if value is np.nan or isinstance(value, str) else str(value) for value in filled]
    return pd.Series(texts, dtype=object)


def _texts_of_json(body: bytes, predictor: Predictor) -> list[Read]:
    rows = _json_rows(body)
    wrong = [place for place, row in enumerate(rows) if not isinstance(row, str)]
    if wrong:
        raise RefusedError(422, f"row {wrong[0] + 1} is no text")
    return [Read(ids=np.arange(len(rows)), X=np.array([*rows, None], dtype=object)[:-1])]


def _images_of_json(body: bytes, predictor: Predictor) -> list[Read]:
    rows, shape = _json_rows(body), predictor.signature.shape
    if predictor.signature.kind != "image":
        raise RefusedError(415, "this model takes photos as they are: send one as image/*")
    images = [_image(row, place, shape) for place, row in enumerate(rows)]
    return [Read(ids=np.arange(len(images)), X=np.stack(images))] if images else []


def _image(row: Any, place: int, shape: tuple[int, ...]) -> Any:
    wanted = f"{shape[0]} rows of {shape[1]} pixels, each a whole number from 0 to 255"
    try:
        pixels = np.array(row)
    except ValueError:
        pixels = np.empty(0)
    if pixels.shape == shape[:2]:
        pixels = pixels[..., None]
    whole = pixels.dtype.kind in "iu"
    if pixels.shape != shape or not whole or pixels.min() < 0 or pixels.max() > 255:
        raise RefusedError(422, f"row {place + 1} is no image of {wanted}")
    return pixels.astype(np.uint8)


def _table_of_csv(body: bytes, predictor: Predictor) -> list[Read]:
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(body)
        file.flush()
        try:
            chunks = table_chunks(file.name, predictor, skip=False)
            return [read_table(chunk, predictor) for chunk in chunks]
        except DataError as error:  # it names a file that the client does not know
            message = str(error).replace(file.name, "the body").partition(" (separator")[0]
            raise RefusedError(
                422, message.replace(", or leave such lines out with --on-error skip", "")
            ) from error


def _text(body: bytes, predictor: Predictor) -> list[Read]:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError(400, "the text is not UTF-8") from None
    return [Read(ids=np.arange(1), X=np.array([text], dtype=object))]


def _photo(body: bytes, predictor: Predictor) -> list[Read]:
    with tempfile.TemporaryDirectory(prefix="retrace-") as folder:
        path = Path(folder) / "photo"
        path.write_bytes(body)
        return [read_images(Chunk(start=0, rows=[("the photo", str(path))]), predictor)]


READERS: dict[str, dict[str, Reader]] = {
    "tabular": {JSON: _table_of_json, CSV: _table_of_csv},
    "text": {JSON: _texts_of_json, CSV: _table_of_csv, TEXT: _text},
    "image": {JSON: _images_of_json, IMAGE: _photo},
}
