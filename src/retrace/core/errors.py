"""The errors that a user can mend.

RetraceError
├── ParamsError      params.yaml or data/<name>.yaml: an unknown, missing or ill-typed key
├── DataError        a dataset: its files or what is in them
├── ArtifactError    a file of the pipeline: missing, damaged, not writable
├── ModelError       a model that does not suit the data or the machine
└── ComparisonError  two results that cannot be compared

Each message is one line: what was got, what is allowed, what to do. Where many rows or files are to
blame, `details` lists them below it.
"""

import difflib
import os
import sys
from collections.abc import Callable, Iterable, Sequence


class RetraceError(Exception):
    """Base of all errors whose remedy is in the user's hands.

    Parameters
    ----------
    message : str
        One line: what was got, what is allowed, what to do.
    details : sequence of str
        What one line cannot hold, such as the rows of a table that are wrong: lines below the message.
    """

    def __init__(self, message: str, *, details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.details = tuple(details)


class ParamsError(RetraceError):
    """A key of a YAML file is unknown, missing or of the wrong type."""


class DataError(RetraceError):
    """A dataset cannot be used as it is."""


class ArtifactError(RetraceError):
    """A file that passes between stages is missing, damaged or cannot be written."""


class ModelError(RetraceError):
    """A model does not suit the data or the machine."""


class ComparisonError(RetraceError):
    """Two results cannot be compared."""


def did_you_mean(name: object, allowed: Iterable[str]) -> str:
    """Return ``" (did you mean 'x'?)"`` for the nearest allowed name, or an empty string."""
    by_lower_case = {choice.lower(): choice for choice in allowed}
    close = difflib.get_close_matches(str(name).lower(), by_lower_case, n=1, cutoff=0.5)
    return f" (did you mean '{by_lower_case[close[0]]}'?)" if close else ""


def first_few(names: Sequence[str], most: int = 5) -> str:
    """Write a list that a sentence can hold: ``"a, b, c and 4 more"``."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def run_or_explain(action: Callable[[], None]) -> None:
    """Call ``action``; turn a user's mistake into one line on standard error and exit status 1.

    Set ``RETRACE_DEBUG=1`` to see the traceback instead.
    """
    try:
        action()
    except RetraceError as error:
        if os.environ.get("RETRACE_DEBUG"):
            raise
        lines = [f"error: {_on_one_line(str(error))}", *map(_on_one_line, error.details)]
        sys.exit("\n  ".join(lines))
    except OSError as error:
        # A full disk, a folder that may not be written: the machine's, and Python says which file.
        if os.environ.get("RETRACE_DEBUG") or not error.filename:
            raise
        sys.exit(f"error: {_on_one_line(f'{os.fsdecode(error.filename)}: {error.strerror}')}")
    except KeyboardInterrupt:
        sys.exit("interrupted: nothing half-written was left behind; the same command goes on")


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
