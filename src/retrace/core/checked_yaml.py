"""YAML in, checked values out: one loader and one way to say what is wrong with a key."""

import inspect
import itertools
import re
import reprlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from retrace.core.errors import ParamsError, did_you_mean

CONFIG = ConfigDict(extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False)

# No file's name, column or value holds these: a zero byte, and half of a character.
NO_TEXT = re.compile("[\\0\ud800-\udfff]")

# Aliases (`*name`) repeat what they name: a few lines of them can stand for more than any memory holds.
MOST_VALUES = 100_000

DEEPEST = 100

SHORT = reprlib.Repr()
SHORT.maxstring, SHORT.maxother, SHORT.maxlevel, SHORT.maxdict, SHORT.maxlist = 200, 100, 3, 8, 12

# pydantic names the member of a union that it tried as if it were a key: `gamma.constrained-float`.
UNION_MEMBER = re.compile(r"(int|float|str|bool|none|constrained-\w+|literal\[.*|list\[.*)$")

UNKNOWN_KEY = {"unexpected_keyword_argument", "extra_forbidden"}

KEYWORD_ONLY, VAR_KEYWORD = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD

WORDS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "list": "a list",
    "tuple": "a list",
    "dictionary": "`key: value` lines",
    "None": "empty (null)",
}

T = TypeVar("T")


def load_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML file by the rules that DVC uses (YAML 1.2).

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict
        Its top-level mapping; empty for an empty file.

    Raises
    ------
    ParamsError
        The file is missing, is not YAML, or holds something other than a mapping.
    """
    try:
        values = yaml_values(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ParamsError(
            f"{path} is not in {Path.cwd()}: run from the repository's top folder"
        ) from None
    except UnicodeDecodeError as error:
        raise ParamsError(f"{path} is not UTF-8 text ({error.reason}): save it as UTF-8") from error
    except OSError as error:
        raise ParamsError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ParamsError(f"{path} is not valid YAML: {error}") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ParamsError(f"{path} holds {_described(values)}, should be `key: value` lines")
    return values


def yaml_values(text: str) -> Any:
    """Read a text by the rules that DVC uses (YAML 1.2).

    Raises
    ------
    ValueError
        It is not YAML, or nothing that a program could use; the message is one line.
    """
    # The parser needs seconds to find out by itself that it is too deep.
    steps = ({"[": 1, "{": 1, "]": -1, "}": -1}[bracket] for bracket in re.findall(r"[\[\]{}]", text))
    if max(itertools.accumulate(steps), default=0) > DEEPEST:
        raise ValueError(f"brackets in more than {DEEPEST} others")
    try:
        # ruamel.yaml's safe loader is what DVC itself reads params.yaml with: `1e-4` is a number here
        # and `yes` is text, while PyYAML reads both otherwise.
        values = YAML(typ="safe").load(text)
        _count(values, {})
    except MemoryError:
        raise
    except Exception as error:  # a tag, a date, a depth: its parts are converted as Python pleases
        raise ValueError(_yaml_problem(error)) from error
    return values


def checked(make: Callable[..., T], values: object, where: str) -> T:
    """Call ``make(**values)`` and name the full path of a key that does not fit.

    Parameters
    ----------
    make : callable
        A pydantic dataclass, or a function under ``pydantic.validate_call``, with keyword arguments.
    values : dict
        The keys and values as the YAML file gave them.
    where : str
        The path to ``values``, such as ``"params.yaml: models.svm"``.

    Raises
    ------
    ParamsError
        A key is unknown, missing, or has a value of the wrong type or out of range.
    """
    if not isinstance(values, Mapping):
        raise ParamsError(f"{where}: got {_described(values)}, should be `key: value` lines")
    try:
        return make(**{str(key): value for key, value in values.items()})
    except ValidationError as error:
        raise ParamsError(_explained(error, make, where)) from error


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Turn nested mappings into one whose keys are full names, such as ``"models.svm.C"``."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        flat |= flatten(value, f"{name}.") if isinstance(value, Mapping) and value else {name: value}
    return flat


def key_path(where: str, key: object) -> str:
    """Join a place and a key: ``"params.yaml", "seed"`` gives ``"params.yaml: seed"``."""
    return f"{where}.{key}" if ": " in where else f"{where}: {key}"


def _count(value: object, known: dict[int, int | None]) -> int:
    """Count the values in a value, as often as aliases repeat them; refuse what cannot be one."""
    if isinstance(value, str) and NO_TEXT.search(value):
        raise ValueError(f"{SHORT.repr(value)} holds a character that no text has")
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        known[id(value)] = None
        parts = [*value.keys(), *value.values()] if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_count(part, known) for part in parts)
    found = known[id(value)]
    if found is None:
        raise ValueError("an alias (*) stands inside of what it names")
    if found > MOST_VALUES:
        raise ValueError(f"its aliases (*) stand for more than {MOST_VALUES:,} values")
    return found


def _explained(error: ValidationError, make: Callable[..., object], where: str) -> str:
    problems = error.errors(include_url=False)
    # A misspelt key shows up as one unknown and one missing key: the unknown one says more.
    problems.sort(key=lambda problem: problem["type"] not in UNKNOWN_KEY)
    first = problems[0]
    keys = [part for part in first["loc"] if not _names_a_union_member(part)]
    path = where
    for key in keys:
        path = key_path(path, key)
    if first["type"] in UNKNOWN_KEY:
        allowed = _allowed_keys(make, keys[:-1])
        return (
            f"{path} is not a known key{did_you_mean(keys[-1], allowed)}; allowed: {', '.join(allowed)}"
        )
    if first["type"].startswith("missing"):
        return f"{path} is missing: add it"
    wishes = dict.fromkeys(
        _wish(problem)
        for problem in problems
        if [part for part in problem["loc"] if not _names_a_union_member(part)] == keys
    )
    if first["type"] == "value_error":
        return f"{path}: {' or '.join(wishes)}"
    choices = str(first.get("ctx", {}).get("expected", "")).replace(" or ", ", ").split(", ")
    nearest = did_you_mean(first["input"], [choice.strip("'") for choice in choices if choice])
    return f"{path}: got {_described(first['input'])}, should be {' or '.join(wishes)}{nearest}"


def _wish(problem: Mapping[str, Any]) -> str:
    message = str(problem["msg"]).removeprefix("Value error, ")
    message = message.removeprefix("Input should be ").removeprefix("a valid ")
    if message.startswith("a dictionary or an instance of"):
        message = "dictionary"
    return WORDS.get(message, message)


def _names_a_union_member(part: int | str) -> bool:
    return isinstance(part, str) and UNION_MEMBER.match(part) is not None


def _allowed_keys(make: Callable[..., object], path: list[int | str]) -> list[str]:
    for key in path:
        make = _type_under(make, str(key))
    parameters = inspect.signature(make).parameters.values()
    named = [parameter.name for parameter in parameters if parameter.kind is KEYWORD_ONLY]
    unpacked = [parameter.annotation for parameter in parameters if parameter.kind is VAR_KEYWORD]
    return named + [name for keys in unpacked for name in get_args(keys)[0].__annotations__]


def _type_under(make: Any, key: str) -> Any:
    if get_origin(make) is dict:
        value = get_args(make)[1]
        return get_args(value)[0] if get_origin(value) is Annotated else value
    annotation = inspect.signature(make).parameters[key].annotation
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    choices = [choice for choice in get_args(annotation) if choice is not NoneType]
    return choices[0] if isinstance(annotation, UnionType) else annotation


def _described(value: object) -> str:
    kind = {str: "text", bool: "true/false", int: "a whole number", float: "a number"}
    kind |= {list: "a list", dict: "a mapping", type(None): "nothing"}
    return "nothing" if value is None else f"{SHORT.repr(value)} ({kind.get(type(value), 'an object')})"


def _yaml_problem(error: Exception) -> str:
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        return f"{error.problem} (line {error.problem_mark.line + 1})"
    return " ".join(str(error).split()) or type(error).__name__
