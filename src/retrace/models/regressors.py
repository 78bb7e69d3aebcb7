"""The scikit-learn models that predict a number: one function per key of ``models`` in params.yaml.

A model that serves both tasks has one section in params.yaml and a function of the same name here and in
`retrace.models.classical`; a regression has no classes, so its ``class_weight`` must be empty.
"""

from typing import Literal

from pydantic import StrictBool, validate_call
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from retrace.core.checked_yaml import CONFIG
from retrace.core.params import Count, Fraction, InnerFraction, NonNegative, Positive, Train

model = validate_call(config=CONFIG)


@model
def linear_regression(seed: int, train: Train, /, *, fit_intercept: StrictBool) -> LinearRegression:
    """Ordinary least squares."""
    return LinearRegression(fit_intercept=fit_intercept)


@model
def ridge(seed: int, train: Train, /, *, alpha: NonNegative) -> Ridge:
    """Least squares with an L2 penalty of strength ``alpha`` (Hoerl and Kennard, 1970)."""
    return Ridge(alpha=alpha)


@model
def knn(
    seed: int, train: Train, /, *, n_neighbors: Count, weights: Literal["uniform", "distance"]
) -> KNeighborsRegressor:
    """Mean of the nearest training rows."""
    return KNeighborsRegressor(n_neighbors=n_neighbors, weights=weights)


@model
def random_forest(
    seed: int,
    train: Train,
    /,
    *,
    n_estimators: Count,
    max_depth: Count | None,
    min_samples_leaf: Count,
    max_features: Literal["sqrt", "log2"] | Fraction,
    class_weight: None,
) -> RandomForestRegressor:
    """Average of trees grown on bootstrap samples (Breiman, 2001)."""
    return RandomForestRegressor(
        n_estimators=n_estimators,
        max_depth=max_depth,
        min_samples_leaf=min_samples_leaf,
        max_features=max_features,
        random_state=seed,
    )


@model
def svm(
    seed: int,
    train: Train,
    /,
    *,
    C: Positive,
    kernel: Literal["linear", "poly", "rbf", "sigmoid"],
    gamma: Positive | Literal["scale", "auto"],
    class_weight: None,
) -> TransformedTargetRegressor:
    """Support vector regression; targets are standardised, so ``C`` means the same in any unit."""
    return TransformedTargetRegressor(SVR(C=C, kernel=kernel, gamma=gamma), transformer=StandardScaler())


@model
def gradient_boosting(
    seed: int,
    train: Train,
    /,
    *,
    n_estimators: Count,
    learning_rate: Positive,
    max_depth: Count,
    subsample: InnerFraction | Literal[1],
) -> GradientBoostingRegressor:
    """Trees fitted one after another to the residuals (Friedman, 2001)."""
    return GradientBoostingRegressor(
        n_estimators=n_estimators,
        learning_rate=learning_rate,
        max_depth=max_depth,
        subsample=float(subsample),
        random_state=seed,
    )


@model
def hist_gradient_boosting(
    seed: int,
    train: Train,
    /,
    *,
    max_iter: Count,
    learning_rate: Positive,
    max_leaf_nodes: Count,
    l2_regularization: NonNegative,
    class_weight: None,
) -> HistGradientBoostingRegressor:
    """Gradient boosting on binned features: fast on large tables, takes gaps as they are."""
    return HistGradientBoostingRegressor(
        max_iter=max_iter,
        learning_rate=learning_rate,
        max_leaf_nodes=max_leaf_nodes,
        l2_regularization=l2_regularization,
        early_stopping=False,
        random_state=seed,
    )
