"""Readers: data/<name>.yaml and data/<name>/ in, a Dataset out."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from retrace.core.checked_yaml import checked, key_path, load_yaml
from retrace.core.errors import DataError, ParamsError, did_you_mean
from retrace.core.own_code import WithOwn
from retrace.core.records import Dataset
from retrace.readers import bundled, image_folder, newsgroups, own, table, text_folder
from retrace.readers.shared.description import CommonDescription
from retrace.readers.shared.rows import settled

OURS: dict[str, Any] = {
    "bundled": bundled,
    "image_folder": image_folder,
    "newsgroups": newsgroups,
    "table": table,
    "text_folder": text_folder,
}

READERS = WithOwn(OURS, "readers", own.OWN)


def read(name: str, data: Path = Path("data")) -> Dataset:
    """Read a dataset by its name.

    Parameters
    ----------
    name : str
        ``data/<name>.yaml`` describes the dataset, ``data/<name>/`` holds its files.
    data : Path
        The folder of datasets.

    Raises
    ------
    ParamsError
        The description has an unknown, missing or ill-typed key.
    DataError
        There is no such dataset, its files are missing or broken, or no model could learn from it.
    """
    description = describe(name, data)
    dataset = READERS[description.reader].read(description, name, data / name)
    return settled(replace(dataset, private=description.private), description)


def describe(name: str, data: Path = Path("data")) -> CommonDescription:
    """Read and check ``data/<name>.yaml``; raises what `read` raises for it."""
    path = data / f"{name}.yaml"
    if not path.is_file():
        known = sorted(file.stem for file in data.glob("*.yaml"))
        raise DataError(
            f"params.yaml: data: got '{name}'{did_you_mean(name, known)}; allowed:"
            f" {', '.join(known)}; or describe your own in {path} (docs/your-own-data.md)"
        )
    values = load_yaml(path)
    reader = values.get("reader")
    if not isinstance(reader, str) or reader not in READERS:
        raise ParamsError(
            f"{key_path(str(path), 'reader')}: got {reader!r}{did_you_mean(reader, READERS)};"
            f" allowed: {', '.join(READERS)}"
        )
    for key in ("schema", "attributes", "columns"):
        if key in values and key not in READERS[reader].Description.__dataclass_fields__:
            raise ParamsError(
                f"{key_path(str(path), key)}: got reader '{reader}', but only a table (reader: table)"
                f" has columns: remove `{key}`"
            )
    return checked(READERS[reader].Description, values, str(path))
