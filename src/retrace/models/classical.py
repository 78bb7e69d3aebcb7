"""The scikit-learn models: one function per key of ``models`` in params.yaml.

A function's name is the model's, its keyword arguments are the hyperparameters; pydantic checks them.
"""

from typing import Literal

from pydantic import validate_call
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    AdaBoostClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from retrace.core.checked_yaml import CONFIG
from retrace.core.params import Count, Fraction, InnerFraction, NonNegative, Positive, Train

model = validate_call(config=CONFIG)

Balanced = Literal["balanced"] | None


@model
def logistic_regression(
    seed: int, train: Train, /, *, C: Positive, max_iter: Count, class_weight: Balanced
) -> LogisticRegression:
    """Linear model with an L2 penalty; ``C`` is the inverse of its strength."""
    return LogisticRegression(C=C, max_iter=max_iter, class_weight=class_weight)


@model
def gaussian_nb(seed: int, train: Train, /, *, var_smoothing: Positive) -> GaussianNB:
    """Naive Bayes with one normal distribution per feature and class."""
    return GaussianNB(var_smoothing=var_smoothing)


@model
def knn(
    seed: int, train: Train, /, *, n_neighbors: Count, weights: Literal["uniform", "distance"]
) -> KNeighborsClassifier:
    """Vote of the nearest training rows."""
    return KNeighborsClassifier(n_neighbors=n_neighbors, weights=weights)


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
    class_weight: Balanced,
) -> RandomForestClassifier:
    """Average of trees grown on bootstrap samples (Breiman, 2001)."""
    return RandomForestClassifier(
        n_estimators=n_estimators,
        max_depth=max_depth,
        min_samples_leaf=min_samples_leaf,
        max_features=max_features,
        class_weight=class_weight,
        random_state=seed,
    )


@model
def linear_svm(
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
    seed: int,
    train: Train,
    /,
    *,
    C: Positive,
    kernel: Literal["linear", "poly", "rbf", "sigmoid"],
    gamma: Positive | Literal["scale", "auto"],
    class_weight: Balanced,
) -> CalibratedClassifierCV:
    """Support vector machine; its probabilities are Platt's, from 5-fold predictions."""
    machine = SVC(C=C, kernel=kernel, gamma=gamma, class_weight=class_weight)
    return CalibratedClassifierCV(machine, method="sigmoid", cv=5, ensemble=False)


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
) -> GradientBoostingClassifier:
    """Trees fitted one after another to the gradient of the loss (Friedman, 2001)."""
    return GradientBoostingClassifier(
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
    class_weight: Balanced,
) -> HistGradientBoostingClassifier:
    """Gradient boosting on binned features: fast on large tables, takes gaps as they are."""
    return HistGradientBoostingClassifier(
        max_iter=max_iter,
        learning_rate=learning_rate,
        max_leaf_nodes=max_leaf_nodes,
        l2_regularization=l2_regularization,
        class_weight=class_weight,
        early_stopping=False,
        random_state=seed,
    )


@model
def adaboost(
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
