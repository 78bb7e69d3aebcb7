"""The scikit-learn models: one function per key of ``models`` in params.yaml.

A function's name is the model's, its keyword arguments are the hyperparameters; pydantic checks them.
The first argument tells a model that serves both tasks which estimator is meant.
"""

from typing import Any, Literal

from pydantic import StrictBool, validate_call
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    AdaBoostClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from retrace.core.checked_yaml import CONFIG
from retrace.core.params import Count, Fraction, InnerFraction, NonNegative, Positive, Train
from retrace.core.records import Task

model = validate_call(config=CONFIG)

Balanced = Literal["balanced"] | None

Share = InnerFraction | Literal[1]

# Measured on public tables: docs/benchmarks.md, "Values that ship".
MAX_FEATURES: dict[Task, str | float] = {"classification": "sqrt", "regression": 0.5}


@model
def logistic_regression(
    task: Task, seed: int, train: Train, /, *, C: Positive, max_iter: Count, class_weight: Balanced
) -> LogisticRegression:
    """Linear model with an L2 penalty; ``C`` is the inverse of its strength."""
    return LogisticRegression(C=C, max_iter=max_iter, class_weight=class_weight)


@model
def linear_regression(
    task: Task, seed: int, train: Train, /, *, fit_intercept: StrictBool
) -> LinearRegression:
    """Ordinary least squares."""
    return LinearRegression(fit_intercept=fit_intercept)


@model
def ridge(task: Task, seed: int, train: Train, /, *, alpha: NonNegative) -> Ridge:
    """Least squares with an L2 penalty of strength ``alpha`` (Hoerl and Kennard, 1970)."""
    return Ridge(alpha=alpha)


@model
def gaussian_nb(task: Task, seed: int, train: Train, /, *, var_smoothing: Positive) -> GaussianNB:
    """Naive Bayes with one normal distribution per feature and class."""
    return GaussianNB(var_smoothing=var_smoothing)


@model
def knn(
    task: Task,
    seed: int,
    train: Train,
    /,
    *,
    n_neighbors: Count,
    weights: Literal["uniform", "distance"],
) -> BaseEstimator:
    """Vote, or mean, of the nearest training rows."""
    by_task = {"classification": KNeighborsClassifier, "regression": KNeighborsRegressor}
    return by_task[task](n_neighbors=n_neighbors, weights=weights)


@model
def random_forest(
    task: Task,
    seed: int,
    train: Train,
    /,
    *,
    n_estimators: Count,
    max_depth: Count | None,
    min_samples_leaf: Count,
    max_features: Literal["by_task", "sqrt", "log2"] | Fraction,
    class_weight: Balanced,
) -> BaseEstimator:
    """Average of trees grown on bootstrap samples (Breiman, 2001).

    For each cut so many features are drawn; ``"by_task"``: for classes the root of their number,
    for numbers half of them.
    """
    by_task = {"classification": RandomForestClassifier, "regression": RandomForestRegressor}
    return by_task[task](
        n_estimators=n_estimators,
        max_depth=max_depth,
        min_samples_leaf=min_samples_leaf,
        max_features=MAX_FEATURES[task] if max_features == "by_task" else max_features,
        random_state=seed,
        **_class_weight(task, class_weight),
    )


@model
def linear_svm(
    task: Task,
    seed: int,
    train: Train,
    /,
    *,
    C: Positive,
    tol: Positive,
    max_iter: Count,
    class_weight: Balanced,
) -> CalibratedClassifierCV:
    """Linear support vector machine; its probabilities are Platt's, from 3-fold predictions."""
    machine = LinearSVC(C=C, tol=tol, max_iter=max_iter, class_weight=class_weight, random_state=seed)
    return CalibratedClassifierCV(machine, method="sigmoid", cv=3, ensemble=False)


@model
def sgd(
    task: Task,
    seed: int,
    train: Train,
    /,
    *,
    loss: Literal["log_loss", "modified_huber"],
    alpha: Positive,
    max_iter: Count,
    class_weight: Balanced,
) -> SGDClassifier:
    """Linear model fitted by stochastic gradient descent: one class against the rest, row by row."""
    return SGDClassifier(
        loss=loss, alpha=alpha, max_iter=max_iter, class_weight=class_weight, random_state=seed
    )


@model
def svm(
    task: Task,
    seed: int,
    train: Train,
    /,
    *,
    C: Positive,
    kernel: Literal["linear", "poly", "rbf", "sigmoid"],
    gamma: Positive | Literal["scale", "auto"],
    class_weight: Balanced,
) -> BaseEstimator:
    """Support vector machine; its probabilities are Platt's, from 5-fold predictions.

    Of a regression targets are standardised, so ``C`` means the same in any unit.
    """
    if task == "regression":
        machine = SVR(C=C, kernel=kernel, gamma=gamma)
        return TransformedTargetRegressor(machine, transformer=StandardScaler())
    machine = SVC(C=C, kernel=kernel, gamma=gamma, class_weight=class_weight)
    return CalibratedClassifierCV(machine, method="sigmoid", cv=5, ensemble=False)


@model
def gradient_boosting(
    task: Task,
    seed: int,
    train: Train,
    /,
    *,
    n_estimators: Count,
    learning_rate: Positive,
    max_depth: Count,
    subsample: Share,
) -> BaseEstimator:
    """Trees fitted one after another to the gradient of the loss (Friedman, 2001)."""
    by_task = {"classification": GradientBoostingClassifier, "regression": GradientBoostingRegressor}
    return by_task[task](
        n_estimators=n_estimators,
        learning_rate=learning_rate,
        max_depth=max_depth,
        subsample=float(subsample),
        random_state=seed,
    )


@model
def hist_gradient_boosting(
    task: Task,
    seed: int,
    train: Train,
    /,
    *,
    max_iter: Count,
    learning_rate: Positive,
    max_leaf_nodes: Count,
    l2_regularization: NonNegative,
    categories: Literal["one_hot", "native"],
    class_weight: Balanced,
) -> BaseEstimator:
    """Gradient boosting on binned features: fast on large tables, takes gaps as they are.

    It finds columns of categories by their type; ``categories`` says whether there are any
    (`retrace.models.registry`).
    """
    by_task = {
        "classification": HistGradientBoostingClassifier,
        "regression": HistGradientBoostingRegressor,
    }
    return by_task[task](
        max_iter=max_iter,
        learning_rate=learning_rate,
        max_leaf_nodes=max_leaf_nodes,
        l2_regularization=l2_regularization,
        early_stopping=False,
        random_state=seed,
        **_class_weight(task, class_weight),
    )


@model
def adaboost(
    task: Task,
    seed: int,
    train: Train,
    /,
    *,
    n_estimators: Count,
    learning_rate: Positive,
    max_depth: Count,
) -> AdaBoostClassifier:
    """Weighted vote of small trees (Freund and Schapire, 1997)."""
    tree = DecisionTreeClassifier(max_depth=max_depth)
    return AdaBoostClassifier(
        tree, n_estimators=n_estimators, learning_rate=learning_rate, random_state=seed
    )


def _class_weight(task: Task, class_weight: Balanced) -> dict[str, Any]:
    # Regressors have no such argument; `build_model` has refused every value but null.
    return {"class_weight": class_weight} if task == "classification" else {}
