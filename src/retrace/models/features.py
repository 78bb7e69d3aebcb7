"""The steps before a model that learn from data: fitted on the training rows, inside the Pipeline."""

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.feature_selection import SelectKBest, chi2, f_classif, f_regression
from sklearn.impute import SimpleImputer
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)

from retrace.core.params import Features, TextFeatures
from retrace.core.records import Kind, Task
from retrace.models.ngrams import WordNgrams

RELEVANCE: dict[Task, Callable[..., Any]] = {"classification": f_classif, "regression": f_regression}

SCALERS = {"standard": StandardScaler, "robust": RobustScaler, "minmax": MinMaxScaler}

MOST_BINS = 255  # of a column, for scikit-learn's histograms

Steps = list[tuple[str, BaseEstimator]]


def feature_steps(
    kind: Kind,
    features: Features,
    task: Task = "classification",
    *,
    scale: bool,
    impute: bool,
    native_categories: bool = False,
    binned: bool = False,
) -> Steps:
    """Build the steps that turn raw inputs into the numbers that a model takes.

    Parameters
    ----------
    kind : str
        What the inputs are.
    features : Features
        How to impute, scale, encode and select.
    task : str
        What is predicted: it says how `select` measures a feature.
    scale, impute : bool
        Whether the model needs scaled inputs, and inputs without gaps.
    native_categories, binned : bool
        Whether it takes a table's categories as they are, and whether in bins: at most 255 of a column.

    Returns
    -------
    list of (name, transformer)
        From a table, images, texts or vectors to a float array, of texts a sparse one, of shape
        (n_samples, n_features); with ``native_categories`` a table becomes a DataFrame.
    """
    if native_categories and kind == "tabular":
        return [("encode", _keep_categories(features, binned))]
    steps = ENCODERS[kind](features, scale, impute)
    if features.select is not None:
        # Of term weights, which are never negative, chi2 says which terms go with a class.
        relevance = chi2 if (kind, task) == ("text", "classification") else RELEVANCE[task]
        steps.append(("select", SelectKBest(relevance, k=features.select)))
    return steps


def flatten(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn images of shape (n_samples, height, width, channels) into rows of numbers."""
    return images.reshape(len(images), -1).astype(np.float32)


class AllAlike(TransformerMixin, BaseEstimator):
    """Scale all columns as if they were one.

    A pixel at the margin that is nearly always black would else weigh as much as one in the middle.
    """

    def __init__(self, scaler: TransformerMixin) -> None:
        self.scaler = scaler

    def fit(self, X: NDArray[np.float32], y: object = None) -> "AllAlike":
        """Learn from all columns at once."""
        self.scaler_ = clone(self.scaler).fit(X.reshape(-1, 1))
        return self

    def transform(self, X: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the columns, each changed alike."""
        return self.scaler_.transform(X.reshape(-1, 1)).reshape(X.shape)


class FillEmptyColumns(TransformerMixin, BaseEstimator):
    """Fill columns that have no value in any training row with zeros; leave other gaps as they are.

    A model that takes gaps still needs one value to learn where to cut.
    """

    def fit(self, X: pd.DataFrame, y: object = None) -> "FillEmptyColumns":
        """Learn which columns are empty."""
        self.empty_ = np.isnan(np.asarray(X, dtype=np.float64)).all(axis=0)
        return self

    def transform(self, X: pd.DataFrame) -> Any:
        """Return the columns; those that were empty in training are zero."""
        if not self.empty_.any():
            return X
        filled = X.astype(np.float64)
        filled.loc[:, self.empty_] = 0.0
        return filled

    def get_feature_names_out(self, names: Any = None) -> Any:
        """Return the names that came in: scikit-learn asks before it lets a DataFrame stay one."""
        return names


def _encode_table(features: Features, scale: bool, impute: bool) -> Steps:
    numbers: list[TransformerMixin] = [FillEmptyColumns()]
    if impute:
        imputer = SimpleImputer(
            strategy=features.impute, keep_empty_features=True, add_indicator=features.missing_indicator
        )
        numbers = [imputer]
    if scale:
        numbers.append(SCALERS[features.scale]())
    # A gap is a category of its own: that nothing was said often says something.
    most = features.max_categories
    categories = OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=most, sparse_output=False
    )
    encode = ColumnTransformer(
        [
            ("numbers", make_pipeline(*numbers), make_column_selector(dtype_include="number")),
            ("categories", categories, make_column_selector(dtype_exclude="number")),
        ]
    )
    return [("encode", encode)]


class Categories(OrdinalEncoder):
    """scikit-learn's codes as columns of pandas' categories; what training did not have is a gap."""

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the columns, their values by their codes in training."""
        codes = np.nan_to_num(np.asarray(super().transform(X)), nan=-1).astype(np.int64)
        columns = {
            name: pd.Categorical.from_codes(codes[:, place], range(len(self.categories_[place])))
            for place, name in enumerate(X.columns)
        }
        return pd.DataFrame(columns, index=X.index)


def _keep_categories(features: Features, binned: bool) -> ColumnTransformer:
    most = min(features.max_categories, MOST_BINS) if binned else features.max_categories
    categories = Categories(
        handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=most
    )
    numbers = make_pipeline(FillEmptyColumns() if binned else "passthrough")
    return ColumnTransformer(
        [
            ("numbers", numbers, make_column_selector(dtype_include="number")),
            ("categories", categories, make_column_selector(dtype_exclude="number")),
        ],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")


class LetterNgrams(CountVectorizer):
    """scikit-learn's counts, whose vocabulary pickles as a list of terms.

    As a dictionary with a NumPy number for each term it takes joblib seconds to write.
    """

    def __getstate__(self) -> dict[str, Any]:
        """Keep the terms alone, in the order of their columns."""
        state = dict(super().__getstate__())
        if "vocabulary_" in state:
            terms = sorted(state["vocabulary_"], key=state["vocabulary_"].__getitem__)
            state["vocabulary_"] = pickle.dumps(terms, protocol=5)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Give the terms their columns again."""
        if "vocabulary_" in state:
            terms = pickle.loads(state["vocabulary_"])
            state = state | {"vocabulary_": {term: column for column, term in enumerate(terms)}}
        super().__setstate__(state)


def encode_texts(features: TextFeatures) -> BaseEstimator:
    """Build what turns texts into a sparse float64 matrix of shape (n_samples, n_terms).

    Parameters
    ----------
    features : TextFeatures
        ``word_ngrams`` and ``char_ngrams`` are weighed each by itself, then stand side by side.
    """
    limits: dict[str, Any] = {
        "min_df": features.min_df,
        "max_df": float(features.max_df),
        "max_features": features.max_features,
    }
    counters: dict[str, BaseEstimator] = {}
    if features.word_ngrams is not None:
        counters["words"] = WordNgrams(
            ngram_range=features.word_ngrams, stop_words=features.stop_words, **limits
        )
    if features.char_ngrams is not None:
        counters["letters"] = LetterNgrams(
            analyzer="char_wb", ngram_range=features.char_ngrams, **limits
        )
    weighed = [
        (name, make_pipeline(counter, TfidfTransformer(sublinear_tf=features.sublinear)))
        for name, counter in counters.items()
    ]
    return weighed[0][1] if len(weighed) == 1 else FeatureUnion(weighed)


def _encode_images(features: Features, scale: bool, impute: bool) -> Steps:
    steps: Steps = [("flatten", FunctionTransformer(flatten))]
    if scale:
        steps.append(("scale", AllAlike(SCALERS[features.scale]())))
    return steps


def _encode_texts(features: Features, scale: bool, impute: bool) -> Steps:
    # tf-idf rows have length 1 already, and to centre them would fill every zero of a sparse matrix.
    return [("tfidf", encode_texts(features.text))]


def _encode_vectors(features: Features, scale: bool, impute: bool) -> Steps:
    return [("scale", SCALERS[features.scale]())] if scale else []


ENCODERS = {
    "tabular": _encode_table,
    "image": _encode_images,
    "text": _encode_texts,
    "vectors": _encode_vectors,
}
