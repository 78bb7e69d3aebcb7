"""Parameters by their full names: what they are in params.yaml, and params with some of them changed."""

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

from retrace.core.checked_yaml import checked
from retrace.core.params import Params


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
    params : Params
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


def _with(section: Any, keys: list[str], value: Any, where: str) -> Any:
    key, *deeper = keys
    if isinstance(section, Mapping):
        return {**section, key: _with(section[key], deeper, value, where) if deeper else value}
    if deeper:
        value = _with(getattr(section, key), deeper, value, f"{where}{key}.")
    return checked(functools.partial(dataclasses.replace, section), {key: value}, where.rstrip(".: "))
