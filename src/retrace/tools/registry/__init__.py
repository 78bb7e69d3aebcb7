"""Versions of the model, the stages they are in, and the gate before a stage."""

from collections.abc import Callable
from enum import StrEnum

# Takes the name of a model, says what it found, and raises a RetraceError if the model does not pass.
Check = Callable[[str], str]


class Policy(StrEnum):
    """What a model must be, held against the one that is in the stage."""

    NOT_WORSE = "not-worse"
    BETTER = "better"
    ANY = "any"
