"""Do the values of params.yaml go together? Asked before any data are read or a stage runs."""

from collections.abc import Mapping
from typing import Any

from retrace.cleaning.own import steps_of
from retrace.core.params import Params, checked_params
from retrace.core.records import Kind
from retrace.evaluation.metrics import check_metric
from retrace.models.registry import MODELS, build_model, models_for
from retrace.readers import describe
from retrace.readers.shared.description import CommonDescription


def check_choices(params: Params) -> None:
    """Refuse data, a metric, steps, a model or hyperparameters that are not there or do not go together.

    Raises
    ------
    RetraceError
        Naming what is allowed, and the nearest name.
    """
    description = describe(params.data)
    check_metric(params, description.task)
    steps_of(params.preprocess, description.kind)
    build_model(params, _kind(params, description), description.task)


def check_hyperparameters(values: Mapping[str, Any], model: str) -> None:
    """Refuse hyperparameters of a model that need not be in use, nor suit the data.

    Parameters
    ----------
    values : dict
        All of params.yaml.
    model : str
        A key of ``models``; one that is no model is left to `check_choices`.

    Raises
    ------
    ParamsError
        A hyperparameter is unknown, missing, or has a value that is not allowed.
    """
    train = values["train"] | {"device": "cpu"}
    params = checked_params({**values, "model": model, "train": train}, "params.yaml")
    task = describe(params.data).task
    if model in models_for(task):
        build_model(params, MODELS[model].kinds[0], task)


def _kind(params: Params, description: CommonDescription) -> Kind:
    """Return what the model gets: a frozen network turns rows of any kind into vectors."""
    cleaning = getattr(params.preprocess, description.kind)
    return "vectors" if getattr(cleaning, "backbone", None) else description.kind
