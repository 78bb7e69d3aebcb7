"""Models of your own: one function with a decorator in src/models.py; then params.yaml may name it.

    from retrace.models.own import Count, model

    @model(tasks=("classification", "regression"), scale=True)
    def extra_trees(task, seed, train, /, *, n_estimators: Count):
        ...
        return an_estimator_of_scikit_learn

Its name is the function's; its keyword arguments are the keys of its section of ``models`` in
params.yaml, and their types are checked.
"""

import inspect
from collections.abc import Callable
from typing import Any

from retrace.core.errors import ModelError
from retrace.core.params import Count, Fraction, InnerFraction, NonNegative, Positive, Train
from retrace.core.records import Kind, Task
from retrace.models import classical, registry

__all__ = [
    "Count",
    "Fraction",
    "InnerFraction",
    "Kind",
    "NonNegative",
    "Positive",
    "Task",
    "Train",
    "model",
]

POSITIONAL = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}


def model(
    *,
    tasks: tuple[Task, ...] = ("classification",),
    kinds: tuple[Kind, ...] = ("tabular", "image", "vectors"),
    scale: bool = False,
    impute: bool = True,
    native_categories: bool = False,
    takes_images: bool = False,
    runs_on_gpu: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a model of a function that returns an estimator; the parameters are those of `Model`."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        name = function.__name__
        given = inspect.signature(function).parameters.values()
        if [each.name for each in given if each.kind in POSITIONAL] != ["task", "seed", "train"]:
            raise ModelError(
                f"src/models.py: {name} should begin with `task, seed, train, /, *,`, and then name its"
                " hyperparameters"
            )
        registry.OWN[name] = registry.Model(
            build=classical.model(function),
            tasks=tasks,
            kinds=kinds,
            scale=scale,
            impute=impute,
            native_categories=native_categories,
            takes_images=takes_images,
            runs_on_gpu=runs_on_gpu,
        )
        return function

    return register
