"""A folder of texts: one file for each text, one sub-folder for each class."""

from pathlib import Path
from typing import Literal

from retrace.core.errors import DataError
from retrace.core.records import Dataset
from retrace.readers.shared.class_folders import find_files
from retrace.readers.shared.description import described
from retrace.readers.shared.texts import TextFile, TextsDescription, to_dataset


@described
class Description(TextsDescription):
    """Texts in ``<class>/<file>``, or in ``<part>/<class>/<file>`` where the dataset fixes its parts."""

    reader: Literal["text_folder"]


def read(description: Description, name: str, folder: Path) -> Dataset:
    """Read all texts of a folder.

    Raises
    ------
    DataError
        The folder is missing, is not laid out as classes of files, or holds what is no text.
    """
    files, notes = find_files(folder)
    texts = [
        TextFile(path=row.id, part=row.part, label=row.label, content=_content(Path(row.path)))
        for row in files.itertuples()
    ]
    return to_dataset(texts, description, name, str(folder), notes)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
