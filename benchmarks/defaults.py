"""The values that ship for models and features, against others: on public tables, texts and images.

    python benchmarks/defaults.py [trees|categories|boosters|pixels|words]

.retrace/public_data holds the packages that public_data.py names.
"""

import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

import dataclasses
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sklearn
from scipy.stats import wilcoxon
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import ShuffleSplit, StratifiedShuffleSplit
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler
from sklearn.utils.validation import has_fit_parameter

from public_data import Rows, images, tables, texts
from retrace.core.params import load_params
from retrace.core.records import Kind, Task
from retrace.models.features import AllAlike, flatten
from retrace.models.registry import build_model
from retrace.tools.repository.overrides import override_params

FOLDER = Path(".retrace/public_data")

Options = Mapping[str, BaseEstimator]

SPLITS = {True: 3, False: 2}  # of tables, and of what takes longer

SHARES: dict[Task, tuple[str | float, ...]] = {
    "regression": ("sqrt", 0.33, 0.5, 1.0),
    "classification": ("sqrt", 0.33, 0.5),
}


def trees(folder: Path) -> str:
    """Compare how many features a random forest draws for each cut."""
    found = []
    for task, shares in SHARES.items():
        options = {
            f"`max_features: {share}`": _model("random_forest", "tabular", task, {"max_features": share})
            for share in shares
        }
        found.append(_table(task, (each.drawn() for each in tables(folder, task)), options))
    return "\n\n".join(found)


def categories(folder: Path) -> str:
    """Compare categories as they are with one-hot ones, for the trees that take both."""
    found = []
    for task in ("regression", "classification"):
        options = {
            name: _model("hist_gradient_boosting", "tabular", task, {"categories": how})
            for name, how in (("one-hot", "one_hot"), ("as they are", "native"))
        }
        every = (each.drawn() for each in tables(folder, task))
        found.append(_table(task, (each for each in every if object in set(each.X.dtypes)), options))
    return "\n\n".join(found)


class Stopped(BaseEstimator):
    """A model that leaves a fifth of its rows out, and chooses its rounds by them where it does so."""

    def __init__(self, model: Pipeline) -> None:
        self.model = model

    def fit(self, X: pd.DataFrame, y: Any) -> "Stopped":
        """Fit on four fifths of the rows, which the split has shuffled."""
        few = np.arange(len(y)) % 5 == 0
        told = {}
        self.fitted_ = clone(self.model)
        if has_fit_parameter(self.model["model"], "callbacks"):
            told = {"X_val": X[few], "y_val": y[few], "callbacks": ()}
            self.fitted_.set_params(transform_input=["X_val"])
        with sklearn.config_context(enable_metadata_routing=True):
            self.fitted_.fit(X[~few], y[~few], **told)
        return self

    def score(self, X: pd.DataFrame, y: Any) -> float:
        """Return the accuracy, or R²."""
        return self.fitted_.score(X, y)


def boosters(folder: Path) -> str:
    """Compare the libraries of boosted trees."""
    found = []
    for task in ("regression", "classification"):
        options = {
            f"`{name}`": Stopped(_model(name, "tabular", task))
            for name in ("lightgbm", "xgboost", "catboost", "hist_gradient_boosting")
        }
        found.append(_table(task, (each.drawn() for each in tables(folder, task)), options))
    return "\n\n".join(found)


def pixels(folder: Path) -> str:
    """Compare how the pixels of images are scaled."""
    every = FunctionTransformer(flatten)
    found = []
    for name in ("svm", "knn", "logistic_regression", "linear_svm", "sgd", "mlp"):
        estimator = _model(name, "image", "classification")["model"]
        options = {
            "each pixel by its own mean and spread": StandardScaler(),
            "by those of all pixels": AllAlike(StandardScaler()),
            "from 0 to 1": AllAlike(MinMaxScaler()),
        }
        models = {
            what: Pipeline([("flatten", every), ("scale", scaler), ("model", estimator)])
            for what, scaler in options.items()
        }
        found.append(_table(name, (each.drawn() for each in images(folder)), models))
    return "\n\n".join(found)


def words(folder: Path) -> str:
    """Compare what is counted in texts."""
    options = {
        "without stop words": {"stop_words": "english"},
        "all words": {"stop_words": None},
        "all words, and letters in threes to fives": {"stop_words": None, "char_ngrams": (3, 5)},
    }
    models = {
        what: _model("linear_svm", "text", "classification", text=values)
        for what, values in options.items()
    }
    return _table("linear_svm", (each.drawn() for each in texts(folder)), models)


def measure() -> str:
    """Return the tables of all questions in Markdown."""
    if not FOLDER.is_dir():
        return f"Not measured: {FOLDER} is not there (benchmarks/public_data.py says what is in it)."
    parts = [f"### {ask.__doc__}\n\n{ask(FOLDER)}" for ask in QUESTIONS.values()]
    return "\n\n".join(parts)


QUESTIONS: dict[str, Callable[[Path], str]] = {
    "trees": trees, "categories": categories, "boosters": boosters, "pixels": pixels, "words": words,
}  # fmt: skip


def _model(
    name: str,
    kind: Kind,
    task: Task,
    values: Mapping[str, Any] | None = None,
    text: Mapping[str, Any] | None = None,
) -> Pipeline:
    params = dataclasses.replace(load_params(), model=name)
    own = {f"models.{name}.{key}": value for key, value in (values or {}).items()}
    own |= {f"features.text.{key}": value for key, value in (text or {}).items()}
    return build_model(override_params(params, own), kind, task)


def _table(title: str, every: Iterable[Rows], options: Options) -> str:
    """Return a Markdown table of mean scores, and how the other options fare against the first."""
    names = list(options)
    lines = [f"| {title} | rows | {' | '.join(names)} |", f"| --- | ---: |{' ---: |' * len(names)}"]
    means = []
    for rows in every:
        means.append([_score(model, rows) for model in options.values()])
        cells = " | ".join(f"{mean:.4f}" for mean in means[-1])
        lines.append(f"| {rows.name} | {len(rows.y):,} | {cells} |")
    scores = np.array(means)
    lines.append(f"| mean | | {' | '.join(f'{mean:.4f}' for mean in scores.mean(axis=0))} |")
    told = [
        f"{name}: better on {np.sum(gain > 0)}, worse on {np.sum(gain < 0)} of {len(gain)}"
        f" (p = {wilcoxon(gain).pvalue:.2g})"
        for name, gain in zip(names[1:], (scores[:, 1:] - scores[:, :1]).T, strict=True)
    ]
    return "\n".join(lines) + f"\n\nAgainst the first: {'; '.join(told)}."


def _score(model: BaseEstimator, rows: Rows) -> float:
    """Return the mean accuracy, or R², on a third of the rows, over all splits."""
    numbers = rows.y.dtype.kind == "f"
    way = ShuffleSplit if numbers else StratifiedShuffleSplit
    split = way(SPLITS[isinstance(rows.X, pd.DataFrame)], test_size=1 / 3, random_state=0)
    take = rows.X.iloc.__getitem__ if hasattr(rows.X, "iloc") else rows.X.__getitem__
    scores = []
    for train, test in split.split(rows.y, rows.y):
        fitted = clone(model).fit(take(train), rows.y[train])
        scores.append(fitted.score(take(test), rows.y[test]))
    return float(np.mean(scores))


if __name__ == "__main__":
    warnings.simplefilter("ignore", ConvergenceWarning)
    for question in sys.argv[1:] or QUESTIONS:
        print(f"{QUESTIONS[question](FOLDER)}\n", flush=True)
