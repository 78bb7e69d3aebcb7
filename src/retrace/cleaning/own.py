"""Cleaning steps of your own: functions in src/cleaners.py that `preprocess.steps` of params.yaml names.

    from retrace.cleaning.own import Count, cleaner

    @cleaner(kind="tabular")
    def family_size(rows, *, add: Count):
        return rows.assign(FamilySize=rows["SibSp"] + rows["Parch"] + add)

Its name is the function's. It takes rows of one kind of data and returns as many, in their order: a
DataFrame of a table's features, a list of texts, or a uint8 array of images. Its keyword arguments are
checked as those of a model are.
"""

import dataclasses
import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from retrace.core.checked_yaml import checked
from retrace.core.errors import ParamsError, did_you_mean
from retrace.core.own_code import WithOwn
from retrace.core.params import (
    Count,
    Fraction,
    InnerFraction,
    NonNegative,
    Positive,
    Preprocess,
    section,
)
from retrace.core.records import Kind

__all__ = ["Count", "Fraction", "InnerFraction", "NonNegative", "Positive", "cleaner"]

RawKind = Literal["tabular", "image", "text"]

KEYWORD_ONLY = inspect.Parameter.KEYWORD_ONLY

KEY = "params.yaml: preprocess.steps"


@dataclass(frozen=True)
class Cleaner:
    """A function of the project, the kind of data that it takes, and what checks its arguments."""

    kind: RawKind
    function: Callable[..., Any]
    arguments: type[Any]


@dataclass(frozen=True)
class Step:
    """A function of the project with its arguments: rows in, rows out."""

    name: str
    kind: RawKind
    function: Callable[..., Any]
    arguments: Mapping[str, Any]


# What src/cleaners.py registers. The library has no steps that have to be named.
OWN: dict[str, Cleaner] = {}

STEPS: WithOwn[Cleaner] = WithOwn({}, "cleaners", OWN)


def cleaner(*, kind: RawKind) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a cleaning step of a function of rows.

    Parameters
    ----------
    kind : {"tabular", "image", "text"}
        What it takes and returns: a DataFrame of shape (n_samples, n_features), a uint8 array of shape
        (n_samples, height, width, channels), or a list of n_samples texts.
    """
    if kind not in get_args(RawKind):
        raise ParamsError(
            f"src/cleaners.py: kind: got {kind!r}{did_you_mean(kind, get_args(RawKind))}; allowed:"
            f" {', '.join(get_args(RawKind))}"
        )

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        given = list(inspect.signature(function).parameters.values())
        if (
            not given
            or given[0].kind is KEYWORD_ONLY
            or {each.kind for each in given[1:]} - {KEYWORD_ONLY}
        ):
            raise ParamsError(
                f"src/cleaners.py: {function.__name__} should take the rows, and then its arguments by"
                f" name: `def {function.__name__}(rows, *, ...)`"
            )
        OWN[function.__name__] = Cleaner(kind, function, _arguments(function, given[1:]))
        return function

    return register


def steps_of(settings: Preprocess, kind: Kind) -> tuple[Step, ...]:
    """Find the functions that ``preprocess.steps`` names, and check their arguments.

    Parameters
    ----------
    settings : Preprocess
    kind : str
        Of the data.

    Raises
    ------
    RetraceError
        src/cleaners.py does not run, has no such function or one for another kind of data; or an
        argument is unknown, missing, or has a value that is not allowed.
    """
    return tuple(_step(choice, kind) for choice in settings.steps)


def _step(choice: str | dict[str, dict[str, Any]], kind: Kind) -> Step:
    ((name, arguments),) = ({choice: {}} if isinstance(choice, str) else choice).items()
    if name not in STEPS:
        allowed = (
            f"allowed: {', '.join(STEPS)}" if STEPS else "src/cleaners.py has no step: write it there"
        )
        raise ParamsError(f"{KEY}: got '{name}'{did_you_mean(name, STEPS)}; {allowed}")
    found = STEPS[name]
    if found.kind != kind:
        raise ParamsError(f"{KEY}: '{name}' takes {found.kind} data, got {kind} data: leave it out here")
    made = checked(found.arguments, arguments, f"{KEY}.{name}")
    return Step(name, found.kind, found.function, vars(made))


def _arguments(function: Callable[..., Any], parameters: list[inspect.Parameter]) -> type[Any]:
    """Make what checks the arguments of a function as a section of params.yaml is checked."""
    hints = typing.get_type_hints(function, include_extras=True)
    fields = [(each.name, hints.get(each.name, Any), _default(each.default)) for each in parameters]
    made: type[Any] = section(
        dataclasses.make_dataclass(function.__name__, fields, frozen=True, kw_only=True)
    )
    return made


def _default(value: Any) -> Any:
    return dataclasses.field() if value is inspect.Parameter.empty else dataclasses.field(default=value)
