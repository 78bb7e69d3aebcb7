"""The files that stages pass on: where they are, and how they are read and written.

Every write goes to a file beside the target and is then renamed, so a reader finds the old file or
the new one, never half of one.
"""

import contextlib
import glob
import hashlib
import json
import os
import pickle
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from retrace.core.errors import ArtifactError

if TYPE_CHECKING:  # joblib and pandas take most of a second, and commands need the paths alone
    import pandas as pd

RAW = Path("cache/raw.pkl")
CLEAN = Path("cache/clean.pkl")
TRAIN = Path("cache/train.pkl")
VALIDATION = Path("cache/validation.pkl")
TEST = Path("cache/test.pkl")
DATA_CHECKS = Path("cache/data_checks.json")
MODEL = Path("cache/model.joblib")
ENVIRONMENT = Path("cache/environment.json")

METRICS_JSON = Path("metrics.json")
HISTORY = Path("report/training_history.csv")
PREDICTIONS = Path("report/predictions.csv")
CONFUSION = Path("report/confusion.csv")
FIGURES = Path("report/figures")
REPORT_MD = Path("report/report.md")
REPORT_HTML = Path("report/index.html")

MADE_BY = {
    RAW: "read_data",
    CLEAN: "preprocess",
    TRAIN: "split",
    VALIDATION: "split",
    TEST: "split",
    DATA_CHECKS: "split",
    MODEL: "train",
    ENVIRONMENT: "train",
    HISTORY: "train",
    METRICS_JSON: "report",
}

UNFINISHED = ".unfinished"
ABANDONED = 24 * 60 * 60  # seconds

# Of report/predictions.csv, whoever writes or reads it; then `PROBABILITY` and its name for each class.
PREDICTION_COLUMNS = ("part", "id", "group", "row_hash", "true", "predicted")
TIME = "time"  # a further column, of rows that were split by time
PROBABILITY = "p_"

HISTORY_COLUMNS = [
    "epoch",
    "train_loss",
    "train_accuracy",
    "validation_loss",
    "validation_accuracy",
    "learning_rate",
]


def load(path: Path) -> Any:
    """Read a pickled intermediate, a model (.joblib), a table (.csv) or a JSON file.

    Loading a pickle runs code that is in it: load only what your own pipeline made.

    Raises
    ------
    ArtifactError
        The file is missing or damaged; the message names the stage that makes it.
    """
    try:
        with path.open("rb") as file:
            return READERS.get(path.suffix, pickle.load)(file)
    except FileNotFoundError:
        raise ArtifactError(f"{path} is not there yet: run `dvc repro {MADE_BY[path]}`") from None
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read: {error.strerror}") from error
    except MemoryError:
        raise
    except Exception as error:  # a damaged pickle can raise anything
        raise ArtifactError(
            f"{path} is damaged or from another version ({type(error).__name__}: {error}):"
            f" delete it and run `dvc repro {MADE_BY[path]}`"
        ) from error


def _load_model(file: IO[bytes]) -> Any:
    import joblib

    return joblib.load(file)


def _read_table(file: IO[bytes]) -> "pd.DataFrame":
    import pandas as pd

    return pd.read_csv(file)


# What joblib takes by itself before Python 3.14, which takes 5: another file of the same model.
MODEL_PROTOCOL = 4

READERS: dict[str, Callable[[IO[bytes]], Any]] = {
    ".joblib": _load_model,
    ".json": json.load,
    ".csv": _read_table,
}


def save(value: object, path: Path) -> None:
    """Write a pickled intermediate, or a model (.joblib); equal values give equal bytes.

    Raises
    ------
    ArtifactError
        The file cannot be written; what was there before is still there.
    """
    if path.suffix == ".joblib":
        import joblib

        write_whole(path, lambda file: joblib.dump(value, file, protocol=MODEL_PROTOCOL))
    else:
        write_whole(path, lambda file: pickle.dump(value, file, protocol=5))


def save_text(text: str, path: Path) -> None:
    """Write a text file in UTF-8 with Unix line ends, on every system.

    Half a character, as of a file's name in another encoding, is written as its escape.
    """
    save_bytes(text.encode("utf-8", "backslashreplace"), path)


def save_bytes(content: bytes, path: Path) -> None:
    """Write a file as it is to be; what was there before stays if it cannot be written."""
    write_whole(path, lambda file: file.write(content))


def save_json(values: dict[str, Any], path: Path) -> None:
    """Write a JSON file that reads well in a diff."""
    save_text(json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n", path)


def save_table(table: "pd.DataFrame", path: Path) -> None:
    """Write a CSV file; numbers keep all their digits."""
    save_text(table.to_csv(index=False, lineterminator="\n"), path)


def save_history(history: list[dict[str, Any]], path: Path) -> None:
    """Write a training history; a model without epochs gets the header alone."""
    import pandas as pd

    save_table(pd.DataFrame(history, columns=HISTORY_COLUMNS), path)


def save_folder(contents: dict[str, str], folder: Path) -> None:
    """Write text files into a generated folder, and remove what an earlier run left there."""
    for name, text in contents.items():
        save_text(text, folder / name)
    for file in folder.iterdir():
        if file.name not in contents:
            file.unlink()


def file_md5(path: Path) -> str:
    """Return the MD5 of a file: what DVC names contents by."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def write_whole(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Let ``write`` fill a file beside ``path``, then put it in its place.

    Raises
    ------
    ArtifactError
        The file cannot be written; what was there before is still there, and nothing beside it.
    """
    # A name of its own: two writers would fill one file, and the first rename takes it from the second.
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}{UNFINISHED}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path)
        try:
            with unfinished.open("xb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise ArtifactError(
            f"{path} cannot be written ({error.strerror or error}):"
            f" check the rights and the free space of {path.parent.absolute()}"
        ) from error


def _remove_abandoned(path: Path) -> None:
    """Remove what runs that were killed left beside ``path``; who still writes has touched it today."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*{UNFINISHED}"):
        with contextlib.suppress(FileNotFoundError):  # another writer was quicker
            if time.time() - left.stat().st_mtime > ABANDONED:
                left.unlink()
