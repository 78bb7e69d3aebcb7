"""Parameters with other values: as in `dvc exp run -S model=svm`, in params.yaml, or in `Params`."""

import copy
import dataclasses
import functools
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from retrace.core.checked_yaml import checked, key_path
from retrace.core.errors import ParamsError, did_you_mean
from retrace.core.params import Params

OVERRIDE = re.compile(r"(?:params\.yaml:)?(?P<sign>\+{0,2})(?P<key>[\w.-]+)=(?P<value>.*)", re.DOTALL)

# Hydra reads these words otherwise than as text.
NO_TEXT = ("null", "true", "false", "nan", "inf")

OUTSIDE_BRACKETS = re.compile(r",(?![^\[({]*[\])}])")


def with_overrides(values: dict[str, Any], overrides: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Return what params.yaml becomes under each combination of the values that overrides name.

    Parameters
    ----------
    values : dict
        All of params.yaml.
    overrides : sequence of str
        Such as ``"models.svm.C=0.1,1"``; commas stand for several values, as in DVC.

    Raises
    ------
    ParamsError
        An override is not ``key=value``, or its key is not in params.yaml and has no ``+``.
    """
    parts = [_parsed(override) for override in overrides]
    for sign, key, _ in parts:
        if not sign:
            _check_key(values, key)
    for combination in itertools.product(*(choices for _, _, choices in parts)):
        changed = copy.deepcopy(values)
        for (_, key, _), value in zip(parts, combination, strict=True):
            set_key(changed, key, value)
        yield changed


def override(name: str, value: object) -> str:
    """Write a value for ``dvc exp run -S``, so that params.yaml holds the very same one."""
    return f"{name}={_in_hydras_words(value)}"


def set_key(values: dict[str, Any], key: str, value: Any) -> None:
    """Set a key such as ``"models.svm.C"`` of nested mappings; those that are missing are made."""
    *sections, name = key.split(".")
    for section in sections:
        values = values.setdefault(section, {})
    values[name] = value


def edit_params(values: Mapping[str, Any], folder: Path = Path(), file: str = "params.yaml") -> None:
    """Set keys such as ``"split.seed"`` in the params file of a folder, whose comments stay."""
    from dvc.utils.serialize import modify_yaml  # it takes a second to load

    with modify_yaml(str(folder / file)) as params:
        for key, value in values.items():
            set_key(params, key, value)


def models_in(overrides: Sequence[str]) -> list[str]:
    """Name the models whose hyperparameters are overridden, each once."""
    paths = [_parsed(override)[1].split(".") for override in overrides]
    return list(dict.fromkeys(path[1] for path in paths if path[0] == "models" and len(path) > 1))


def current_value(params: Params, name: str) -> Any:
    """Return what params.yaml has for a parameter such as ``"models.svm.C"``."""
    value: Any = params
    for key in name.split("."):
        value = value[key] if isinstance(value, Mapping) else getattr(value, key)
    return list(value) if isinstance(value, tuple) else value


def override_params(params: Params, overrides: Mapping[str, Any]) -> Params:
    """Return params with other values for some parameters.

    Parameters
    ----------
    overrides : dict
        Full names and values; a name begins with ``models.<model>.`` or ``features.``.

    Raises
    ------
    ParamsError
        A value under ``features`` is not allowed; those of models are checked where one is built.
    """
    changed = params
    for name, value in overrides.items():
        changed = _with(changed, name.split("."), value, "params.yaml: ")
    return changed


def _in_hydras_words(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_in_hydras_words, value))}]"
    if not isinstance(value, str):
        return json.dumps(value)
    if re.fullmatch(r"[A-Za-z_]\w*", value) and value.lower() not in NO_TEXT:
        return value
    text = value.replace("${", "\\${")
    text = re.sub(r"(\\*)'", lambda match: match[1] * 2 + "\\'", text)
    return "'" + re.sub(r"\\+$", lambda match: match[0] * 2, text) + "'"


def _parsed(override: str) -> tuple[str, str, list[Any]]:
    match = OVERRIDE.fullmatch(override)
    if match is None:
        raise ParamsError(f"-S: got '{override}', should be key=value, such as models.svm.C=0.1,1")
    choices = [YAML(typ="safe").load(text) for text in OUTSIDE_BRACKETS.split(match["value"])]
    return match["sign"], match["key"], choices


def _check_key(values: Any, key: str) -> None:
    path = "params.yaml"
    for part in key.split("."):
        known = list(values) if isinstance(values, dict) else []
        if part not in known:
            raise ParamsError(
                f"{key_path(path, part)} is not a known key{did_you_mean(part, known)};"
                f" allowed: {', '.join(map(str, known)) or 'none, it is a value'}"
            )
        path, values = key_path(path, part), values[part]


def _with(section: Any, keys: list[str], value: Any, where: str) -> Any:
    key, *deeper = keys
    if isinstance(section, Mapping):
        return {**section, key: _with(section[key], deeper, value, where) if deeper else value}
    if deeper:
        value = _with(getattr(section, key), deeper, value, f"{where}{key}.")
    return checked(functools.partial(dataclasses.replace, section), {key: value}, where.rstrip(".: "))
