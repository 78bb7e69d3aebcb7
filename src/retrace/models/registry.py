"""Which models there are, what each needs, and how one is built."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from retrace.core.checked_yaml import checked
from retrace.core.errors import ModelError, ParamsError, did_you_mean
from retrace.core.own_code import WithOwn
from retrace.core.params import Params
from retrace.core.records import Kind, Task
from retrace.models import boosted, classical, neural
from retrace.models.features import Steps, feature_steps


@dataclass(frozen=True, kw_only=True)
class Model:
    """How to build a model, and what it needs of its inputs.

    Attributes
    ----------
    build : callable
        From task, seed and `Train`, and the hyperparameters as keyword arguments, to an estimator.
    tasks, kinds : tuple of str
        What it can predict, and from what.
    scale, impute : bool
        Whether it needs scaled features, and features without gaps.
    native_categories : bool
        Whether it takes categories as they are; else they are one-hot encoded.
    chooses_categories : bool
        Whether its hyperparameter `categories` says which of the two; it puts them into bins.
    takes_images : bool
        Whether it takes images as they are.
    runs_on_gpu : bool
        Whether ``train.device: cuda`` means anything to it.
    """

    build: Callable[..., BaseEstimator]
    tasks: tuple[Task, ...] = ("classification",)
    kinds: tuple[Kind, ...] = ("tabular", "image", "vectors")
    scale: bool = False
    impute: bool = True
    native_categories: bool = False
    chooses_categories: bool = False
    takes_images: bool = False
    runs_on_gpu: bool = False


BOTH: tuple[Task, ...] = ("classification", "regression")
NUMBERS: tuple[Task, ...] = ("regression",)

# Of those that take the sparse matrix that texts become.
SPARSE: tuple[Kind, ...] = ("tabular", "image", "text", "vectors")

OURS = {
    "logistic_regression": Model(build=classical.logistic_regression, kinds=SPARSE, scale=True),
    "linear_regression": Model(
        build=classical.linear_regression, tasks=NUMBERS, kinds=SPARSE, scale=True
    ),
    "ridge": Model(build=classical.ridge, tasks=NUMBERS, kinds=SPARSE, scale=True),
    "gaussian_nb": Model(build=classical.gaussian_nb),
    "knn": Model(build=classical.knn, tasks=BOTH, kinds=SPARSE, scale=True),
    "random_forest": Model(build=classical.random_forest, tasks=BOTH, kinds=SPARSE),
    "linear_svm": Model(build=classical.linear_svm, kinds=SPARSE, scale=True),
    "sgd": Model(build=classical.sgd, kinds=SPARSE, scale=True),
    "svm": Model(build=classical.svm, tasks=BOTH, kinds=SPARSE, scale=True),
    "gradient_boosting": Model(build=classical.gradient_boosting, tasks=BOTH, kinds=SPARSE),
    "hist_gradient_boosting": Model(
        build=classical.hist_gradient_boosting, tasks=BOTH, impute=False, chooses_categories=True
    ),
    "lightgbm": Model(
        build=boosted.lightgbm, tasks=BOTH, kinds=SPARSE, impute=False, native_categories=True
    ),
    "xgboost": Model(
        build=boosted.xgboost, tasks=BOTH, kinds=SPARSE, impute=False, native_categories=True
    ),
    "catboost": Model(
        build=boosted.catboost, tasks=BOTH, kinds=SPARSE, impute=False, native_categories=True
    ),
    "adaboost": Model(build=classical.adaboost, kinds=SPARSE),
    "mlp": Model(build=neural.mlp, tasks=BOTH, scale=True, runs_on_gpu=True),
    "cnn": Model(build=neural.cnn, tasks=BOTH, kinds=("image",), takes_images=True, runs_on_gpu=True),
}

# Those of src/models.py in the project (`retrace.models.own`).
OWN: dict[str, Model] = {}

MODELS = WithOwn(OURS, "models", OWN)


def models_for(task: Task, kind: Kind | None = None) -> list[str]:
    """Name the models that predict this; with ``kind``, those that do so from such data."""
    return [
        name
        for name, model in MODELS.items()
        if task in model.tasks and (kind is None or kind in model.kinds)
    ]


def build_model(params: Params, kind: Kind, task: Task = "classification") -> Pipeline:
    """Build the model that params.yaml has in use, with the feature steps that it needs.

    Parameters
    ----------
    params : Params
        Its ``model``, ``models.<model>``, ``features``, ``train`` and ``seed`` are used.
    kind : str
        What the inputs are.
    task : str
        What is predicted.

    Returns
    -------
    Pipeline
        Not fitted; its last step is called ``"model"``.

    Raises
    ------
    ModelError
        There is no such model for the task, or it cannot take this kind of data.
    ParamsError
        A hyperparameter is unknown, missing, or has a value that is not allowed.
    """
    model = _find(params.model, kind, task)
    # Vectors may have been made on the GPU; the model on top need not run there.
    if params.train.device == "cuda" and not model.runs_on_gpu and kind != "vectors":
        able = [name for name in models_for(task) if MODELS[name].runs_on_gpu]
        raise ModelError(
            f"train.device: got 'cuda', but '{params.model}' runs on the CPU only: set train.device:"
            f" cpu, or choose {' or '.join(able)}"
        )
    if task == "regression":
        _check_it_needs_no_classes(params)
    estimator = checked(
        functools.partial(model.build, task, params.seed, params.train),
        params.hyperparameters,
        f"params.yaml: models.{params.model}",
    )
    return Pipeline([*_steps(model, params, kind, task), ("model", estimator)])


def _steps(model: Model, params: Params, kind: Kind, task: Task) -> Steps:
    if model.takes_images:
        return []
    native = model.native_categories
    if model.chooses_categories:
        native = params.hyperparameters["categories"] == "native"
    selects = params.features.select is not None  # it takes neither gaps nor categories
    return feature_steps(
        kind,
        params.features,
        task,
        scale=model.scale,
        impute=model.impute or selects,
        native_categories=native and not selects,
        binned=model.chooses_categories,
    )


def _find(name: str, kind: Kind, task: Task) -> Model:
    fitting = ", ".join(models_for(task, kind))
    if name not in models_for(task):
        why = f" does no {task}" if name in MODELS else did_you_mean(name, models_for(task))
        raise ModelError(f"params.yaml: model: got '{name}'{why}; allowed for this data: {fitting}")
    model = MODELS[name]
    if kind not in model.kinds:
        raise ModelError(
            f"params.yaml: model: '{name}' takes {' or '.join(model.kinds)} data, got {kind}"
            f" data; models that fit: {fitting}"
        )
    return model


def _check_it_needs_no_classes(params: Params) -> None:
    class_weight = params.hyperparameters.get("class_weight")
    for key, value in (
        (f"models.{params.model}.class_weight", class_weight),
        ("calibrate", params.calibrate),
    ):
        if value is not None:
            raise ParamsError(
                f"params.yaml: {key}: got '{value}', should be empty (null): a regression has no classes"
            )
