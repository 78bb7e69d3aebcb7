"""Why a request gets no answer: a status of HTTP, and one clear line."""

from collections.abc import Sequence
from typing import Any

from retrace.core.errors import RetraceError


class RefusedError(Exception):
    """A request that is not answered.

    Parameters
    ----------
    status : int
        Of HTTP: 4xx.
    message : str
        One line: what was got, what is allowed.
    details : sequence of str
        The rows that are to blame.
    """

    def __init__(self, status: int, message: str, details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.details = tuple(details)

    def body(self) -> dict[str, Any]:
        """Return what the client gets, as JSON."""
        return {"error": one_line(str(self)), "details": [one_line(each) for each in self.details]}


def refused(error: RetraceError) -> RefusedError:
    """Take what the model or a reader says of rows as a refusal of them."""
    return RefusedError(422, str(error), error.details)


def one_line(text: str) -> str:
    """Write a text on one line, without characters that no UTF-8 can hold."""
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
