"""A folder in, its files and their labels out: one sub-folder per class, or per part and class."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from retrace.core.errors import DataError, first_few
from retrace.core.spelling import near_twins, spelled
from retrace.readers.shared.links import refuse_a_link_out

# Names that people give to the folders of fixed parts.
PART_FOLDERS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}

OF_A_SET = re.compile(r"[ _-]*(?:set|data|images)$")  # Training_Set, test_images

# Left behind by Windows and macOS; hidden files and folders start with a dot.
LITTER = {"thumbs.db", "desktop.ini", "__macosx"}


def find_files(folder: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """List the files of every class.

    Parameters
    ----------
    folder : Path
        ``<class>/<file>`` below it; or ``<part>/<class>/<file>`` where all its sub-folders are called
        as parts are (`PART_FOLDERS`) and hold folders.

    Returns
    -------
    files : DataFrame of shape (n_files, 4)
        ``path``; ``id``, the path inside ``folder``; ``label``, the name of its class; ``part``,
        ``"train"``, ``"validation"`` or ``"test"``, or None in every row. In the order of the ids.
    notes : tuple of str
        What was left out.

    Raises
    ------
    DataError
        The folder is not there, holds no classes or one, an empty class, a folder inside a class, or a
        link to a folder.
    """
    if not folder.is_dir():
        raise DataError(_where_to_get(folder))
    parts = _fixed_parts(folder)
    shelves = [(part, shelf) for part, path in parts.items() for shelf in _class_folders(path)]
    rows = [
        (path.as_posix(), _name(path.relative_to(folder)), spelled(shelf.name), part)
        for part, shelf in shelves
        for path in _files_of_class(shelf, folder)
    ]
    files = pd.DataFrame(rows, columns=["path", "id", "label", "part"], dtype=object)
    _require_classes(files, folder)
    _require_plain_names(files, folder)
    notes = [*_left_out(folder, parts.values()), *_odd_names(set(files["label"]))]
    return files.sort_values("id", ignore_index=True), tuple(notes)


def part_of(name: str) -> str | None:
    """Return the part that people call so, None if none."""
    return PART_FOLDERS.get(OF_A_SET.sub("", spelled(name).lower()))


def natural_order(names: Iterable[str]) -> list[str]:
    """Sort names as people do: 2 before 10."""

    def key(name: str) -> list[str | int]:
        return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]

    return sorted(names, key=key)


def is_litter(name: str) -> bool:
    """Tell whether a file or folder is hidden, or one that systems leave behind."""
    return name.startswith(".") or name.lower() in LITTER


def _fixed_parts(folder: Path) -> dict[str | None, Path]:
    """Return the folders of the parts, or the folder itself under None where it holds the classes."""
    folders = _folders(folder)
    named = [part_of(path.name) for path in folders]
    if not folders or None in named or not any(map(_folders, folders)):
        return {None: folder}
    if len(set(named)) < len(named):
        names = first_few([path.name for path in folders])
        raise DataError(
            f"{folder} has two folders for one part ({names}): keep one of train, validation"
            " and test each"
        )
    return dict(zip(named, folders, strict=True))


def _class_folders(folder: Path) -> list[Path]:
    shelves = _folders(folder)
    if not shelves:
        raise DataError(
            f"{folder} has no class folders: give each class a sub-folder of its own, named as the class"
        )
    return shelves


def _files_of_class(shelf: Path, folder: Path) -> list[Path]:
    if deeper := _folders(shelf):
        raise DataError(_too_deep(shelf, deeper, folder))
    files = [path for path in _visible(shelf) if not path.is_dir()]
    if not files:
        raise DataError(f"{shelf} holds no files: put files of the class there or remove the folder")
    for path in files:
        if path.is_symlink():
            refuse_a_link_out(path, folder)
        if path.exists() and not path.is_file():
            raise DataError(f"{path} is no file but a pipe, a socket or a device: remove it")
    return files


def _too_deep(shelf: Path, deeper: list[Path], folder: Path) -> str:
    """Say what to do about folders inside of what should be a class."""
    beside = _folders(folder)
    if beside == [shelf]:
        names = first_few([path.name for path in deeper])
        return f"{folder} holds but one folder, {shelf.name}, of folders: move {names} up into {folder}"
    strangers = [path.name for path in beside if part_of(path.name) is None]
    if 0 < len(strangers) < len(beside):
        return (
            f"{deeper[0]} is a folder inside a class, or {first_few(strangers)} should be a part like"
            f" those beside it: move it away or rename it; parts are called {', '.join(PART_FOLDERS)}"
        )
    return (
        f"{deeper[0]} is a folder inside a class: put its files into {shelf}; allowed are"
        " <class>/<file>, or <part>/<class>/<file> with no folders but train, validation and test"
    )


def _require_classes(files: pd.DataFrame, folder: Path) -> None:
    if len(set(files["label"])) == 1:
        raise DataError(
            f"{folder} has one class only ('{files['label'][0]}'): a classifier needs at least two"
        )


def _require_plain_names(files: pd.DataFrame, folder: Path) -> None:
    control, undecoded = "Cc", "Cs"  # as Unicode calls them
    kinds = [{unicodedata.category(letter) for letter in name} for name in files["id"]]
    odd = [name for name, kind in zip(files["id"], kinds, strict=True) if kind & {control, undecoded}]
    if odd:
        raise DataError(
            f"{folder}: {len(odd)} file names are not UTF-8 or hold control characters (such as"
            f" {odd[0]!a}): rename them"
        )


def _folders(folder: Path) -> list[Path]:
    folders = [path for path in _visible(folder) if path.is_dir()]
    if links := [path for path in folders if path.is_symlink()]:
        raise DataError(
            f"{links[0]} is a link to a folder, which DVC does not follow: copy the folder there"
        )
    return folders


def _visible(folder: Path) -> list[Path]:
    try:
        return [path for path in sorted(folder.iterdir()) if not is_litter(path.name)]
    except PermissionError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror}: mend its rights") from None


def _left_out(folder: Path, parts: Iterable[Path]) -> list[str]:
    """Say which files are in no class; what a system left behind is not worth a word."""
    beside = [path for top in {folder, *parts} for path in _visible(top) if not path.is_dir()]
    if not beside:
        return []
    what = "file lies" if len(beside) == 1 else "files lie"
    names = first_few([path.name for path in sorted(beside)])
    return [f"{len(beside)} {what} beside the class folders and in no class: {names}."]


def _odd_names(labels: set[str]) -> list[str]:
    """Name classes that a person may take for one, or for parts."""
    twins = near_twins(natural_order(labels))
    notes = [f"Near-twins are classes of their own: {first_few(twins, 3)}."] if twins else []
    if all(map(part_of, labels)):
        notes.append(
            f"The classes are called {' and '.join(natural_order(labels))}, as parts are: if they are"
            " parts, put a folder for each class into each."
        )
    return notes


def _name(path: Path) -> str:
    """Return one spelling of a path: macOS writes an umlaut as two characters, others as one."""
    return unicodedata.normalize("NFC", path.as_posix())


def _where_to_get(folder: Path) -> str:
    if folder.with_name(f"{folder.name}.dvc").is_file():
        return f"{folder} is not here, but DVC knows it: run `dvc pull {folder}`"
    return f"{folder} is not here: put the folder there and run `dvc add {folder}`"
