"""Texts in, tf-idf out: the steps for texts, fitted on the training rows inside the Pipeline."""

import pickle
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion

from retrace.params import TextFeatures


class StableTfidfVectorizer(TfidfVectorizer):
    """scikit-learn's vectorizer, which pickles to the same bytes in every process, and quickly.

    scikit-learn keeps the `id()` of its stop words, an address, and a vocabulary with a NumPy number for
    each term, which takes joblib seconds to write.
    """

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the address; keep the terms alone, in the order of their columns."""
        state = dict(super().__getstate__())
        state.pop("_stop_words_id", None)
        if "vocabulary_" in state:
            terms = sorted(state["vocabulary_"], key=state["vocabulary_"].__getitem__)
            state["vocabulary_"] = pickle.dumps(terms, protocol=5)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Give the terms their columns again."""
        if isinstance(state.get("vocabulary_"), bytes):
            terms = pickle.loads(state["vocabulary_"])
            state = state | {"vocabulary_": {term: column for column, term in enumerate(terms)}}
        super().__setstate__(state)


def encode_texts(features: TextFeatures) -> BaseEstimator:
    """Build what turns texts into a sparse float64 matrix of shape (n_samples, n_terms).

    Parameters
    ----------
    features : TextFeatures
        ``word_ngrams`` and ``char_ngrams`` each get a vocabulary of their own, side by side.
    """
    common = {
        "min_df": features.min_df,
        "max_df": float(features.max_df),
        "max_features": features.max_features,
        "sublinear_tf": features.sublinear,
    }
    encoders = []
    if features.word_ngrams is not None:
        words = StableTfidfVectorizer(
            ngram_range=features.word_ngrams, stop_words=features.stop_words, **common
        )
        encoders.append(("words", words))
    if features.char_ngrams is not None:
        letters = StableTfidfVectorizer(analyzer="char_wb", ngram_range=features.char_ngrams, **common)
        encoders.append(("letters", letters))
    return encoders[0][1] if len(encoders) == 1 else FeatureUnion(encoders)
