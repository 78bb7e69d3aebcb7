"""A folder of photos in, the table of its files out: the pixels stay where they are."""

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from annotated_types import Ge, Le
from numpy.typing import NDArray
from pydantic import Strict

from retrace.core.errors import DataError, first_few
from retrace.core.records import Dataset
from retrace.images.files import ImageFacts, read_all_facts
from retrace.images.parallel import map_chunks
from retrace.readers.shared.class_folders import find_files, natural_order
from retrace.readers.shared.description import CommonDescription, described

# So many problems are named in one line; more are listed on standard error.
SHOWN = 10

GREY = {"1", "L", "I;16", "I;16B"}  # as Pillow calls images without colours

MOSTLY_UNUSED = 14  # bits of 16: no pixel of any image in the upper three quarters

CHUNK_BYTES, CHUNK_FILES = 2**22, 256


@described
class Description(CommonDescription):
    """A folder of images, and what to do with files in it that are none."""

    reader: Literal["image_folder"]
    task: Literal["classification"]
    kind: Literal["image"]
    unreadable: Literal["stop", "skip"] = "stop"
    bits: Annotated[int, Strict(), Ge(9), Le(16)] | None = None


def read(description: Description, name: str, folder: Path) -> Dataset:
    """Read which images a folder holds, and check that each can be decoded.

    Raises
    ------
    DataError
        The folder is not one of classes (`find_files`), or a file in it cannot be read and the
        description does not say that such files are skipped.
    """
    files, notes = find_files(folder)
    inspected = inspect(files["path"].tolist())
    files, skipped = _drop_unreadable(files, inspected, description.unreadable, folder)
    facts = [facts for facts in inspected if isinstance(facts, ImageFacts)]
    _require_known_bits(facts, description.bits, folder)
    classes = tuple(natural_order(files["label"].unique()))
    contents = np.array(
        [fact.contents for fact in facts], dtype=object
    )  # as bytes, NumPy cuts zeros off
    return Dataset(
        name=name,
        title=description.title,
        task=description.task,
        kind=description.kind,
        X=_table(files["path"], facts, description.bits),
        y=pd.Categorical(files["label"], categories=classes).codes.astype(np.int64),
        classes=classes,
        ids=files["id"].to_numpy(object),
        row_hash=_hash_rows(contents, files["label"]),
        fixed_part=None if files["part"].isna().all() else files["part"].to_numpy(object),
        notes=(*skipped, *_repeated(files, contents), *_on_grey(facts), *notes),
    )


def inspect(paths: Sequence[str], workers: int | None = None) -> list[ImageFacts | str]:
    """Return the facts of each image file, or why it cannot be read.

    Parameters
    ----------
    paths : sequence of str
        The files.
    workers : int or None
        As `retrace.images.parallel.map_chunks` takes it.
    """
    total = sum(_size(path) for path in paths)
    chunk = max(1, min(CHUNK_FILES, len(paths) * CHUNK_BYTES // max(total, 1)))
    parts = map_chunks(read_all_facts, paths, chunk=chunk, workers=workers, unit="image")
    return [facts for part in parts for facts in part]


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:  # will be found again, and named
        return 0


def _drop_unreadable(
    files: pd.DataFrame, inspected: list[ImageFacts | str], unreadable: str, folder: Path
) -> tuple[pd.DataFrame, list[str]]:
    reasons = {
        file: why for file, why in zip(files["id"], inspected, strict=True) if isinstance(why, str)
    }
    if not reasons:
        return files, []
    count = f"{len(reasons):,} of {len(files):,} files"
    listed = _listed(reasons)
    if unreadable == "stop":
        raise DataError(
            f"{folder}: {count} cannot be read as images: {listed}; remove or replace them, or set"
            f" `unreadable: skip` in {folder}.yaml"
        )
    readable = files[~files["id"].isin(reasons)].reset_index(drop=True)
    if lost := set(files["label"]) - set(readable["label"]):
        raise DataError(f"{folder}: no file of class '{min(lost)}' can be read as an image: {listed}")
    return readable, [f"{count} could not be read and were skipped: {listed}."]


def _require_known_bits(facts: list[ImageFacts], bits: int | None, folder: Path) -> None:
    """Refuse 16-bit images that leave bits unused: cut to 8 bits they would be nearly black."""
    deep = [fact.bits for fact in facts if fact.mode[0] == "I"]
    if not deep:
        return
    if bits is None and max(deep) <= MOSTLY_UNUSED:
        raise DataError(
            f"{folder}: the {len(deep):,} images of 16 bits use {max(deep)} of them (brightest pixel"
            f" below {2 ** max(deep):,}): set `bits: {max(12, max(deep))}` in {folder}.yaml if that is"
            " the range of what took them, or `bits: 16` if they are dark"
        )
    if bits is not None and max(deep) > bits:
        raise DataError(
            f"{folder}.yaml: bits: got {bits}, but an image uses {max(deep)}: should be at least that"
        )


def _listed(reasons: dict[str, str]) -> str:
    """Name files in one line; where they are too many, list them all on standard error."""
    lines = [f"{file} ({why})" for file, why in reasons.items()]
    if len(lines) > SHOWN:
        print(*lines, sep="\n", file=sys.stderr)
    return first_few(lines, SHOWN)


def _table(paths: pd.Series, facts: list[ImageFacts], bits: int | None) -> pd.DataFrame:
    # One object per word, whichever process found it: pickle writes a second object of equal text again.
    modes = [sys.intern(fact.mode) for fact in facts]
    formats = [sys.intern(fact.format) for fact in facts]
    table = pd.DataFrame(
        {
            "path": paths,
            "width": [fact.width for fact in facts],
            "height": [fact.height for fact in facts],
            "mode": pd.Series(modes, dtype=object),
            "format": pd.Series(formats, dtype=object),
        }
    )
    return table if bits is None else table.assign(bits=bits)


def _on_grey(facts: list[ImageFacts]) -> list[str]:
    """Say how images without colours keep one channel: what a row becomes depends on no other row."""
    if not all(fact.mode in GREY for fact in facts):
        return []
    return ["All images are grey: `preprocess.image.channels: 1` keeps them so, left empty it makes 3."]


def _hash_rows(contents: NDArray[np.object_], labels: pd.Series) -> NDArray[np.uint64]:
    hashes = [
        int.from_bytes(hashlib.blake2b(content + label.encode(), digest_size=8).digest())
        for content, label in zip(contents, labels, strict=True)
    ]
    return np.array(hashes, dtype=np.uint64)


def _repeated(files: pd.DataFrame, contents: NDArray[np.object_]) -> list[str]:
    """Say which files are the same byte by byte."""
    same = files.assign(contents=contents)
    notes = []
    if again := int(same.duplicated(["contents", "label"]).sum()):
        what = "file repeats another of its" if again == 1 else "files repeat others of their"
        notes.append(f"{again:,} {what} class byte by byte.")
    first = same.drop_duplicates(["contents", "label"])
    twice = first[first.duplicated("contents", keep=False)].sort_values(["contents", "id"])
    if n := twice["contents"].nunique():
        what = "image lies" if n == 1 else "images lie"
        such = "" if n == 1 else "such as "
        notes.append(f"{n:,} {what} in more than one class: {such}{' and '.join(twice['id'][:2])}.")
    return notes
