"""Small pictures of the rows that changed, for the page."""

import base64
import io
import pickle
from contextlib import suppress
from typing import Any

import numpy as np

from retrace.core.artifacts import TEST
from retrace.core.errors import RetraceError
from retrace.tools.comparison.formats import ON_THE_PAGE
from retrace.tools.repository.bases import default_base
from retrace.tools.repository.git import find_tree
from retrace.tools.repository.lock import LOCK, parse_lock, read_lock
from retrace.tools.repository.predictions import ROW_HASH
from retrace.tools.repository.sides import output_path
from retrace.tools.significance.runs import RunComparison

LARGEST = 96  # pixels


def row_pictures(compared: RunComparison) -> dict[int, str]:
    """Draw the changed rows of image data as data URLs, by their position in the base's test part.

    Unpickling runs code, so only a test part that the workspace or main has too is opened: the base may
    be anybody's branch.
    """
    if compared.judgement.part != "test":
        return {}
    known = compared.base.lock.outs.get(TEST.as_posix()) in _trusted()
    path = output_path(compared.base.lock, TEST) if known else None
    rows = [
        row.position
        for rows in (compared.differs.lost, compared.differs.gained)
        for row in rows[:ON_THE_PAGE]
    ]
    if path is None or not rows or compared.judgement.rows is None:
        return {}
    try:
        dataset = pickle.loads(path.read_bytes())
    except Exception:  # another version's pickle can raise anything, and pictures are an extra
        return {}
    if dataset.kind != "image" or not isinstance(dataset.X, np.ndarray):
        return {}
    hashes = compared.judgement.rows[0].keys[ROW_HASH]
    where = {f"{value:016x}": place for place, value in enumerate(dataset.row_hash)}
    places = {row: where.get(hashes[row].as_py()) for row in rows}
    # Digits go up to 16, photographs to 255: the brightest pixel of all becomes white.
    scale = 255 / max(int(dataset.X.max()), 1)
    return {row: _png(dataset.X[place] * scale) for row, place in places.items() if place is not None}


def _trusted() -> set[str]:
    """Return the MD5 of the test parts that may be unpickled."""
    locks = [read_lock()]
    with suppress(RetraceError):
        locks.append(parse_lock(find_tree(default_base()).read([str(LOCK)]).get(str(LOCK), b""), "main"))
    return {md5 for lock in locks if (md5 := lock.outs.get(TEST.as_posix()))}


def _png(pixels: Any) -> str:
    from PIL import Image

    pixels = pixels.astype(np.uint8)
    image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    image.thumbnail((LARGEST, LARGEST))
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
