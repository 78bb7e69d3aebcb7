"""Photos and texts: a folder of files, one file, or one from standard input."""

import shutil
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from retrace.core.checked_yaml import checked
from retrace.core.errors import DataError
from retrace.images.files import read_pixels
from retrace.images.pixels import UnreadableImageError
from retrace.readers.shared.class_folders import is_litter
from retrace.readers.shared.texts import TextFile, TextsDescription, decode
from retrace.tools.prediction.inputs import STDIN, Chunk, Problem, Read
from retrace.tools.prediction.predictor import Predictor

FILES_AT_A_TIME = 256

# How texts are written where the model's own were in a table.
PLAIN = checked(
    TextsDescription,
    dict.fromkeys(("title", "licence", "reader"), "") | {"task": "classification", "kind": "text"},
    "plain texts",
)


def file_chunks(where: str, spool: Path) -> Iterator[Chunk]:
    """Yield the paths of files, each with its id: the path inside the folder.

    Parameters
    ----------
    where : str
        A folder with all its sub-folders, a file, or ``-``.
    spool : Path
        A folder where standard input can be kept.

    Raises
    ------
    DataError
        There is no such file, or none in the folder.
    """
    files = _files(where, spool)
    for start in range(0, len(files), FILES_AT_A_TIME):
        yield Chunk(start=start, rows=files[start : start + FILES_AT_A_TIME])


def read_images(chunk: Chunk, predictor: Predictor) -> Read:
    """Decode a chunk of photos as those of training were."""
    settings = predictor.source.preprocess.image
    channels = _channels(predictor)
    ids, pixels, problems = [], [], []
    for name, path in chunk.rows:
        try:
            image = read_pixels(path, size=settings.size, channels=channels, fit=settings.fit)
        except UnreadableImageError as error:
            problems.append(Problem(name, str(error)))
            continue
        if why := _other_size(image.shape, predictor):
            problems.append(Problem(name, why))
            continue
        ids.append(name)
        pixels.append(image)
    return Read(ids=ids, X=np.stack(pixels) if pixels else np.empty(0), problems=problems)


def read_texts(chunk: Chunk, predictor: Predictor) -> Read:
    """Decode a chunk of texts as those of training were."""
    own = predictor.source.description
    description = own if isinstance(own, TextsDescription) else PLAIN
    ids, texts, problems = [], [], []
    for name, path in chunk.rows:
        try:
            file = TextFile(path=name, part=None, label="", content=Path(path).read_bytes())
            texts += decode([file], description, name)[0]
            ids.append(name)
        except DataError:
            problems.append(Problem(name, f"is no {description.encoding or 'UTF-8'} text"))
        except OSError as error:
            problems.append(Problem(name, f"cannot be read: {error.strerror}"))
    return Read(ids=ids, X=np.array(texts, dtype=object), problems=problems)


def _files(where: str, spool: Path) -> list[tuple[str, str]]:
    if where == STDIN:
        path = spool / "stdin"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        return [(STDIN, str(path))]
    top = Path(where)
    if top.is_file():
        return [(top.name, where)]
    if not top.is_dir():
        raise DataError(f"{where} is not there: name a file, a folder, or - for standard input")
    inside = ((path, path.relative_to(top)) for path in top.rglob("*"))
    kept = [
        (unicodedata.normalize("NFC", name.as_posix()), str(path))
        for path, name in inside
        if path.is_file() and not any(is_litter(part) for part in name.parts)
    ]
    if not kept:
        raise DataError(f"{where} holds no files: put there what the model is to be asked about")
    return sorted(kept)


def _channels(predictor: Predictor) -> int:
    if predictor.signature.kind == "image":
        return int(predictor.signature.shape[-1])
    files = predictor.source.description.reader == "image_folder"
    return predictor.source.preprocess.image.channels or (3 if files else 1)


def _other_size(shape: tuple[int, ...], predictor: Predictor) -> str:
    wanted = predictor.signature.shape
    if predictor.signature.kind != "image" or shape == wanted:
        return ""
    return f"is {shape[1]} x {shape[0]} pixels, the model takes {wanted[1]} x {wanted[0]}"
