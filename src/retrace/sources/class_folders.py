"""How files lie in a folder: one sub-folder for each class, perhaps inside train, validation, test."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from retrace.errors import DataError
from retrace.records import PARTS

# What systems leave in folders and archives without being asked; hidden files besides.
LITTER = {"thumbs.db", "desktop.ini", "__macosx"}

# Where a file of DVC's cache lies: with `cache.type symlink` the files of a dataset are links to it.
DVC_CACHE = "files/md5/"


class ClassFile(NamedTuple):
    """A file and what its place says: its path in the folder, its part if parts are fixed, its class."""

    path: str
    part: str | None
    label: str


def list_class_files(folder: Path) -> tuple[list[ClassFile], list[str]]:
    """List the files of a folder of classes, or of a folder of parts that hold classes.

    Parameters
    ----------
    folder : Path
        Such as ``data/reviews``. It is read as parts if it holds ``train`` with folders in it.

    Returns
    -------
    files : list of ClassFile
        Sorted by path; hidden files are left out.
    beside : list of str
        Files that lie beside the folders of classes, such as a README: they belong to no class.

    Raises
    ------
    DataError
        The folder is missing, empty or laid out otherwise, or a link leads out of it.
    """
    if not folder.is_dir() or not _entries(folder):
        raise DataError(_where_to_get(folder))
    places, beside = _places_of_classes(folder)
    files = [
        ClassFile(f"{place}/{name}", part, place.name)
        for part, place in places
        for name in _files_of_class(folder, place)
    ]
    return sorted(files), beside


def is_litter(name: str) -> bool:
    """Tell whether a file or folder is hidden, or one that systems leave behind."""
    return name.startswith(".") or name.lower() in LITTER


def shortened(names: Sequence[str], limit: int = 5) -> str:
    """List names; of many, the first and how many more there are."""
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def _places_of_classes(folder: Path) -> tuple[list[tuple[str | None, Path]], list[str]]:
    """Return the part and the place, relative to the folder, of each folder that is a class."""
    tops = _folders(folder, folder)
    beside = [entry.name for entry in _entries(folder) if entry.name not in tops]
    if not tops:
        raise DataError(f"{folder} holds files and no folders: make one folder for each class in it")
    parts = [top for top in tops if top in PARTS and _folders(folder, folder / top)]
    if not parts:
        return [(None, Path(top)) for top in tops], beside
    if strange := [top for top in tops if top not in parts]:
        raise DataError(
            f"{folder} holds the part{'s' * (len(parts) > 1)} {', '.join(parts)} and beside them"
            f" {shortened(strange)}: it should hold parts ({', '.join(PARTS)}) of classes, or classes"
        )
    places: list[tuple[str | None, Path]] = []
    for part in parts:
        classes = _folders(folder, folder / part)
        places += [(part, Path(part, label)) for label in classes]
        names = [entry.name for entry in _entries(folder / part)]
        beside += [f"{part}/{name}" for name in names if name not in classes]
    return places, beside


def _files_of_class(folder: Path, place: Path) -> Iterator[str]:
    entries = _entries(folder / place)
    if not entries:
        raise DataError(f"{folder / place} holds no files: put some there, or remove the folder")
    for entry in entries:
        if _inside(entry, folder).is_dir():
            raise DataError(
                f"{entry.path} is a folder inside the class '{place.name}', which should hold files:"
                " move its files up, or make it a class of its own"
            )
        yield entry.name


def _folders(folder: Path, place: Path) -> list[str]:
    return sorted(entry.name for entry in _entries(place) if _inside(entry, folder).is_dir())


def _entries(place: Path) -> list[os.DirEntry[str]]:
    with os.scandir(place) as entries:
        return [entry for entry in entries if not is_litter(entry.name)]


def _inside(entry: os.DirEntry[str], folder: Path) -> os.DirEntry[str]:
    """Refuse a link that leads out of the folder: DVC would not see what it leads to change."""
    if entry.is_symlink():
        target = Path(entry.path).resolve()
        if folder.resolve() not in target.parents and DVC_CACHE not in target.as_posix():
            raise DataError(
                f"{entry.path} is a link out of {folder}, to {target}: DVC would not see that change;"
                " copy it into the folder"
            )
        if not target.exists():
            raise DataError(f"{entry.path} is a link to nothing: remove it")
    return entry


def _where_to_get(folder: Path) -> str:
    if folder.with_name(f"{folder.name}.dvc").is_file():
        return f"{folder} is not here, but DVC knows it ({folder}.dvc): run `dvc pull {folder}`"
    return f"{folder} is not here or empty: put a folder for each class there and run `dvc add {folder}`"
