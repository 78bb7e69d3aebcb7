"""The boosted trees of packages that are an extra: one function per key of ``models`` in params.yaml.

Each serves both tasks: its first argument says which.
"""

from typing import Any

from pydantic import validate_call
from typing_extensions import TypedDict, Unpack

from retrace.core.checked_yaml import CONFIG
from retrace.core.params import Count, NonNegative, Positive, Train
from retrace.core.records import Task
from retrace.models.boosting.definition import imported
from retrace.models.boosting.estimator import BoostedClassifier, BoostedRegressor, BoostedTrees
from retrace.models.classical import Balanced, Share

model = validate_call(config=CONFIG)


class Boosting(TypedDict):
    """The hyperparameters that all share; `BoostedTrees` says what they do."""

    n_estimators: Count
    learning_rate: Positive
    reg_lambda: NonNegative
    subsample: Share
    colsample_bytree: Share
    patience: Count | None
    class_weight: Balanced


@model
def lightgbm(
    task: Task,
    seed: int,
    train: Train,
    /,
    *,
    num_leaves: Count,
    min_child_samples: Count,
    **boosting: Unpack[Boosting],
) -> BoostedTrees:
    """Trees grown leaf by leaf on binned features (Ke et al., 2017)."""
    shape = {"num_leaves": num_leaves, "min_child_samples": min_child_samples}
    return _boosted("lightgbm", task, seed, train, shape, boosting)


@model
def xgboost(
    task: Task,
    seed: int,
    train: Train,
    /,
    *,
    max_depth: Count,
    min_child_weight: NonNegative,
    **boosting: Unpack[Boosting],
) -> BoostedTrees:
    """Trees grown level by level on binned features (Chen and Guestrin, 2016)."""
    shape = {"max_depth": max_depth, "min_child_weight": min_child_weight}
    return _boosted("xgboost", task, seed, train, shape, boosting)


@model
def catboost(
    task: Task,
    seed: int,
    train: Train,
    /,
    *,
    max_depth: Count,
    **boosting: Unpack[Boosting],
) -> BoostedTrees:
    """Trees that ask one question a level; categories become means of what came before them.

    Prokhorenkova et al., 2018. ``colsample_bytree`` is drawn anew for each question.
    """
    return _boosted("catboost", task, seed, train, {"max_depth": max_depth}, boosting)


def _boosted(
    library: str, task: Task, seed: int, train: Train, shape: dict[str, Any], boosting: Boosting
) -> BoostedTrees:
    imported(library)
    estimator = {"classification": BoostedClassifier, "regression": BoostedRegressor}[task]
    return estimator(library=library, shape=shape, threads=train.threads, seed=seed, **boosting)
