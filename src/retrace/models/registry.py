"""Which models there are, what each needs, and how one is built."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from retrace.core.checked_yaml import checked
from retrace.core.errors import ModelError, did_you_mean
from retrace.core.params import Params
from retrace.core.records import Kind, Task
from retrace.models import classical, neural, regressors
from retrace.models.features import feature_steps


@dataclass(frozen=True, kw_only=True)
class Model:
    """How to build a model, and what it needs of its inputs."""

    build: Callable[..., BaseEstimator]
    scale: bool = False
    impute: bool = True
    kinds: tuple[Kind, ...] = ("tabular", "image", "vectors")
    takes_images: bool = False
    runs_on_gpu: bool = False


# Of those that take the sparse matrix that texts become.
SPARSE: tuple[Kind, ...] = ("tabular", "image", "text", "vectors")

CLASSIFIERS = {
    "logistic_regression": Model(build=classical.logistic_regression, scale=True, kinds=SPARSE),
    "gaussian_nb": Model(build=classical.gaussian_nb),
    "knn": Model(build=classical.knn, scale=True, kinds=SPARSE),
    "random_forest": Model(build=classical.random_forest, kinds=SPARSE),
    "linear_svm": Model(build=classical.linear_svm, scale=True, kinds=SPARSE),
    "sgd": Model(build=classical.sgd, scale=True, kinds=SPARSE),
    "svm": Model(build=classical.svm, scale=True, kinds=SPARSE),
    "gradient_boosting": Model(build=classical.gradient_boosting, kinds=SPARSE),
    "hist_gradient_boosting": Model(build=classical.hist_gradient_boosting, impute=False),
    "adaboost": Model(build=classical.adaboost, kinds=SPARSE),
}

REGRESSORS = {
    "linear_regression": Model(build=regressors.linear_regression, scale=True, kinds=SPARSE),
    "ridge": Model(build=regressors.ridge, scale=True, kinds=SPARSE),
    "knn": Model(build=regressors.knn, scale=True, kinds=SPARSE),
    "random_forest": Model(build=regressors.random_forest, kinds=SPARSE),
    "svm": Model(build=regressors.svm, scale=True, kinds=SPARSE),
    "gradient_boosting": Model(build=regressors.gradient_boosting, kinds=SPARSE),
    "hist_gradient_boosting": Model(build=regressors.hist_gradient_boosting, impute=False),
}


def _networks(task: Task) -> dict[str, Model]:
    build_mlp, build_cnn = (functools.partial(build, task) for build in (neural.mlp, neural.cnn))
    return {
        "mlp": Model(build=build_mlp, scale=True, runs_on_gpu=True),
        "cnn": Model(build=build_cnn, kinds=("image",), takes_images=True, runs_on_gpu=True),
    }


MODELS: dict[Task, dict[str, Model]] = {
    "classification": CLASSIFIERS | _networks("classification"),
    "regression": REGRESSORS | _networks("regression"),
}


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
        able = [name for name, other in MODELS[task].items() if other.runs_on_gpu]
        raise ModelError(
            f"train.device: got 'cuda', but '{params.model}' runs on the CPU only: set train.device:"
            f" cpu, or choose {' or '.join(able)}"
        )
    estimator = checked(
        functools.partial(model.build, params.seed, params.train),
        params.hyperparameters,
        f"params.yaml: models.{params.model}",
    )
    impute = model.impute or params.features.select is not None  # selection takes no gaps
    steps = (
        []
        if model.takes_images
        else feature_steps(kind, params.features, task, scale=model.scale, impute=impute)
    )
    return Pipeline([*steps, ("model", estimator)])


def _find(name: str, kind: Kind, task: Task) -> Model:
    fitting = [other for other, model in MODELS[task].items() if kind in model.kinds]
    if name not in MODELS[task]:
        known = any(name in models for models in MODELS.values())
        why = f" does no {task}" if known else did_you_mean(name, MODELS[task])
        raise ModelError(
            f"params.yaml: model: got '{name}'{why}; allowed for this data: {', '.join(fitting)}"
        )
    model = MODELS[task][name]
    if kind not in model.kinds:
        raise ModelError(
            f"params.yaml: model: '{name}' takes {' or '.join(model.kinds)} data, got {kind}"
            f" data; models that fit: {', '.join(fitting)}"
        )
    return model
