"""Readers of your own: a function with a decorator in src/readers.py; then data/<name>.yaml may name it.

    from retrace.readers.own import reader

    @reader
    def logbook(folder):
        return a_data_frame_of_the_files_in_the_folder

Its name is the function's. It makes a table of data/<name>/; the description gives its columns their
roles, as it does for `reader: table`. So the same checks hold.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from retrace.core.errors import DataError
from retrace.core.records import Dataset
from retrace.readers.shared import table_description
from retrace.readers.shared.description import CommonDescription, described
from retrace.readers.table import dataset_of

MakeTable = Callable[[Path], pd.DataFrame]


@described
class Description(table_description.Description):
    """A table that a function of the project makes."""

    reader: str  # type: ignore[assignment]
    file: str = ""


@dataclass(frozen=True)
class Own:
    """A function of the project, where a module of the library may stand."""

    make: MakeTable
    Description: ClassVar[type[CommonDescription]] = Description

    def read(self, description: table_description.Description, name: str, folder: Path) -> Dataset:
        """Let the function make the table, and give its columns their roles.

        Raises
        ------
        DataError
            The folder is not there, the function returns no table, or `table.read` would refuse it.
        """
        if not folder.is_dir():
            raise DataError(f"{folder} is not here: put the files there and run `dvc add {folder}`")
        table: Any = self.make(folder)
        if not isinstance(table, pd.DataFrame):
            raise DataError(
                f"src/readers.py: {description.reader} returned {type(table).__name__}, should be a"
                " DataFrame"
            )
        return dataset_of(table.reset_index(drop=True), description, name, folder)


# What src/readers.py registers.
OWN: dict[str, Own] = {}


def reader(function: MakeTable) -> MakeTable:
    """Make a reader of a function from the folder data/<name> to a table, one row for each sample."""
    OWN[function.__name__] = Own(function)
    return function
