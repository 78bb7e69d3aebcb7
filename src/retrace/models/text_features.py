"""Texts in, tf-idf out: the steps for texts, fitted on the training rows inside the Pipeline."""

import pickle
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.pipeline import FeatureUnion, make_pipeline

from retrace.core.params import TextFeatures
from retrace.models.ngrams import WordNgrams


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
