"""The values of one hyperparameter, as `-S` of DVC takes them, each with the params that it makes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from retrace.core.checked_yaml import load_yaml
from retrace.core.errors import ParamsError
from retrace.core.params import Params, checked_params
from retrace.tools.repository.overrides import current_value, with_overrides


def settings_of(
    params: Params, values: str, path: Path = Path("params.yaml")
) -> list[tuple[Any, Params]]:
    """Return each value, and the params with it.

    Parameters
    ----------
    params : Params
        Its ``metric`` is kept.
    values : str
        Such as ``"models.svm.C=0.1,1,10"``.
    path : Path
        Where params.yaml is.

    Raises
    ------
    ParamsError
        It is no hyperparameter of the model in use nor one of its features, or has one value only.
    """
    name = values.partition("=")[0]
    own = (f"models.{params.model}.", "features.")
    if not name.startswith(own):
        raise ParamsError(
            f"retrace curve validation: got '{values}', should be {own[0]}<name>=<values> or"
            f" {own[1]}<name>=<values>: nothing else is fitted anew"
        )
    made = []
    for changed in with_overrides(load_yaml(path), [values]):
        one = replace(checked_params(changed, str(path)), metric=params.metric)  # type: ignore[type-var]
        made.append((current_value(one, name), one))
    if len(made) < 2:
        raise ParamsError(f"retrace curve validation: got '{values}', should be several: {name}=1,2,3")
    return made
