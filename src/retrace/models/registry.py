"""Which models there are, what each needs, and how one is built."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from retrace.errors import ModelError, did_you_mean
from retrace.models import classical, neural
from retrace.models.features import feature_steps
from retrace.params import Params
from retrace.records import Kind
from retrace.settings import checked


@dataclass(frozen=True, kw_only=True)
class Model:
    """How to build a model, and what it needs of its inputs."""

    build: Callable[..., BaseEstimator]
    scale: bool = False
    impute: bool = True
    kinds: tuple[Kind, ...] = ("tabular", "image")
    takes_images: bool = False
    runs_on_gpu: bool = False


# Of those that take the sparse matrix that texts become.
SPARSE: tuple[Kind, ...] = ("tabular", "image", "text")

MODELS = {
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
    "mlp": Model(build=neural.mlp, scale=True, runs_on_gpu=True),
    "cnn": Model(build=neural.cnn, kinds=("image",), takes_images=True, runs_on_gpu=True),
}


def build_model(params: Params, kind: Kind) -> Pipeline:
    """Build the model that params.yaml has in use, with the feature steps that it needs.

    Parameters
    ----------
    params : Params
        Its ``model``, ``models.<model>``, ``features``, ``train`` and ``seed`` are used.
    kind : str
        What the inputs are.

    Returns
    -------
    Pipeline
        Not fitted; its last step is called ``"model"``.

    Raises
    ------
    ModelError
        There is no such model, or it cannot take this kind of data.
    ParamsError
        A hyperparameter is unknown, missing, or has a value that is not allowed.
    """
    model = _find(params.model, kind)
    if params.train.device == "cuda" and not model.runs_on_gpu:
        able = [name for name, other in MODELS.items() if other.runs_on_gpu]
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
        else feature_steps(kind, params.features, scale=model.scale, impute=impute)
    )
    return Pipeline([*steps, ("model", estimator)])


def _find(name: str, kind: Kind) -> Model:
    if name not in MODELS:
        raise ModelError(
            f"params.yaml: model: got '{name}'{did_you_mean(name, MODELS)}; allowed: {', '.join(MODELS)}"
        )
    if kind not in MODELS[name].kinds:
        fitting = [other for other, model in MODELS.items() if kind in model.kinds]
        raise ModelError(
            f"params.yaml: model: '{name}' takes {' or '.join(MODELS[name].kinds)} data, got {kind}"
            f" data; models that fit: {', '.join(fitting)}"
        )
    return MODELS[name]
