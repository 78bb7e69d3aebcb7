"""Versions of the model, the stages they are in, and the gate before a stage."""

from enum import StrEnum


class Policy(StrEnum):
    """What a model must be, held against the one that is in the stage."""

    NOT_WORSE = "not-worse"
    BETTER = "better"
    ANY = "any"
