"""Fit a model again and again: on more rows, or with other values of a hyperparameter."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from retrace.core.errors import RetraceError
from retrace.core.params import Params
from retrace.core.records import Dataset
from retrace.evaluation.metrics import scores
from retrace.models.fitting import predict
from retrace.tools.curves.subsets import nested_order
from retrace.tools.repository.overrides import override_params
from retrace.tools.repository.refitting import fit_afresh

Echo = Callable[[str], object]


@dataclass(frozen=True, kw_only=True)
class Point:
    """One fit: what it was made with, and its scores on the rows of training and of validation."""

    at: Any
    seed: int
    training: float
    validation: float


def learning_points(
    params: Params,
    parts: tuple[Dataset, Dataset],
    shares: Sequence[float],
    n_seeds: int,
    echo: Echo,
) -> Iterator[Point]:
    """Fit on growing shares of the training part, for each seed in an order of its own.

    Parameters
    ----------
    params : Params
        Its ``seed`` is the first; it fits the model and draws the rows.
    parts : tuple of Dataset
        The training and the validation part.
    shares : sequence of float
        Of the training rows, ascending.
    echo : callable
        Told what is left out: a share that lacks a class.
    """
    training, validation = parts
    for seed in range(params.seed, params.seed + n_seeds):
        order = nested_order(training, seed)
        for n_rows in (max(1, round(share * len(training))) for share in shares):
            rows = training.take(np.sort(order[:n_rows]))
            if training.task == "classification" and len(np.unique(rows.y)) < len(np.unique(training.y)):
                echo(f"{n_rows} rows, seed {seed}: left out, as a class has no row among them")
                continue
            yield _fitted(override_params(params, {"seed": seed}), rows, validation, n_rows)


def validation_points(
    settings: Sequence[tuple[Any, Params]], parts: tuple[Dataset, Dataset], n_seeds: int
) -> Iterator[Point]:
    """Fit with each value of a hyperparameter, under several seeds.

    A model whose first two seeds score the same knows no seed: it is fitted once for each value.

    Parameters
    ----------
    parts : tuple of Dataset
        The training and the validation part.
    """
    training, validation = parts
    for value, params in settings:
        points: list[Point] = []
        for seed in range(params.seed, params.seed + n_seeds):
            seeded = override_params(params, {"seed": seed})
            points.append(_fitted(seeded, training, validation, value))
            yield points[-1]
            if len(points) == 2 and _scored(points[0]) == _scored(points[1]):
                n_seeds = 1
                break


def _scored(point: Point) -> tuple[float, float]:
    return point.training, point.validation


def _fitted(params: Params, training: Dataset, validation: Dataset, at: Any) -> Point:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # thirty fits would warn of the same
        try:
            model = fit_afresh(params, training, validation)
            training_score, validation_score = [
                scores(predict(model, part), [params.metric])[params.metric]
                for part in (training, validation)
            ]
        except RetraceError as error:
            raise RetraceError(f"at {at}, seed {params.seed}: {error}") from error
    return Point(at=at, seed=params.seed, training=training_score, validation=validation_score)
