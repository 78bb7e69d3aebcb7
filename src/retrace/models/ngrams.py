"""Counts of words and of words in a row: what scikit-learn's CountVectorizer counts, in half the time.

That class makes a string of each n-gram of each text. Here words become numbers once, and an n-gram is
the number of its first words together with the number of its last: sorting integers does the rest.
"""

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import count, repeat
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from sklearn.utils.validation import check_is_fitted

WORD = re.compile(r"\w\w+")

STOP_WORDS: dict[str | None, frozenset[str]] = {None: frozenset(), "english": ENGLISH_STOP_WORDS}

UNKNOWN, STOP_WORD = -1, -2

Ints = NDArray[np.int64]


class WordNgrams(TransformerMixin, BaseEstimator):
    """Texts to counts of their words, and of words in a row.

    A word is two or more letters, digits or underscores, in lower case.

    Parameters
    ----------
    ngram_range : (int, int)
        The shortest and the longest n-gram.
    stop_words : str or None
        ``"english"`` takes scikit-learn's list out of the texts first.
    min_df : int
        Leave out what is in fewer texts.
    max_df : float
        Leave out what is in more than this share of the texts.
    max_features : int or None
        Keep so many, the most frequent.

    Attributes
    ----------
    words_ : list of str
        The words that are in ``min_df`` texts.
    codes_ : list of int64 arrays
        The n-grams that are in ``min_df`` texts, an ascending array for each length from 2 on: the place
        of the first n - 1 words in the list before, times the number of words, plus the place of the
        last word.
    columns_ : int64 array of shape (n_features,)
        Which of them `transform` counts: places in the n-grams of all asked lengths, one after another.
    """

    def __init__(
        self,
        *,
        ngram_range: tuple[int, int] = (1, 1),
        stop_words: str | None = None,
        min_df: int = 1,
        max_df: float = 1.0,
        max_features: int | None = None,
    ) -> None:
        self.ngram_range = ngram_range
        self.stop_words = stop_words
        self.min_df = min_df
        self.max_df = max_df
        self.max_features = max_features

    def fit(self, X: Sequence[str], y: ArrayLike | None = None) -> Self:
        """Learn which n-grams there are; ``y`` is not used."""
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Sequence[str], y: ArrayLike | None = None, **_: Any) -> sparse.csr_array:
        """Learn which n-grams there are, and count them as `transform` does.

        Raises
        ------
        ValueError
            There are none in as many texts as asked.
        """
        words, rows, names = self._numbered(X, {}, count().__next__)
        frequent = _frequent(words, rows, self.min_df)
        self.words_ = [names[number] for number in frequent]
        self.codes_: list[Ints] = []
        counts = self._counts(_places(words, frequent), rows, len(X), learn=True)
        self.columns_ = self._columns(counts)
        return counts[:, self.columns_]

    def transform(self, X: Sequence[str]) -> sparse.csr_array:
        """Count the n-grams of texts.

        Returns
        -------
        sparse int64 array of shape (n_samples, n_features)
        """
        check_is_fitted(self)
        numbers = {word: number for number, word in enumerate(self.words_)}
        words, rows, _ = self._numbered(X, numbers, repeat(UNKNOWN).__next__)
        return self._counts(words, rows, len(X), learn=False)[:, self.columns_]

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the n-grams that are counted, words parted by a space."""
        check_is_fitted(self)
        names = words = np.array(self.words_, dtype=object)
        levels = [names]
        for codes in self.codes_:
            names = names[codes // len(words)] + " " + words[codes % len(words)]
            levels.append(names)
        return np.concatenate(levels[self.ngram_range[0] - 1 :])[self.columns_]

    def _numbered(
        self, texts: Sequence[str], numbers: dict[str, int], another: Callable[[], int]
    ) -> tuple[Ints, Ints, list[str]]:
        """Return the number of each word of all texts, the text it is in, and the words by number."""
        stop_words = dict.fromkeys(STOP_WORDS[self.stop_words], STOP_WORD)
        known = defaultdict(another, stop_words | numbers)
        # An array, not a list: NumPy takes its memory over, and reads no number one by one.
        flat, lengths = array("q"), []
        for text in texts:
            before = len(flat)
            flat.extend(map(known.__getitem__, WORD.findall(text.lower())))
            lengths.append(len(flat) - before)
        words = np.frombuffer(flat, np.int64)
        counted = words != STOP_WORD
        rows = np.repeat(np.arange(len(lengths)), lengths)
        return words[counted], rows[counted], list(known)[len(stop_words) :]

    def _counts(self, words: Ints, rows: Ints, n_rows: int, *, learn: bool) -> sparse.csr_array:
        shortest = self.ngram_range[0]
        levels = list(self._levels(words, rows, n_rows, learn))[shortest - 1 :]
        return sparse.hstack(levels, format="csr")

    def _levels(self, words: Ints, rows: Ints, n_rows: int, learn: bool) -> Iterator[sparse.csr_array]:
        """Count the n-grams of each length. An n-gram is as rare as its first words, or rarer."""
        places, n_words = words, len(self.words_)
        yield _count(places, rows, (n_rows, n_words))
        for length in range(2, self.ngram_range[1] + 1):
            codes = _extended(places, words, rows, length, n_words)
            if learn:
                self.codes_.append(_frequent(codes, rows, self.min_df))
            known = self.codes_[length - 2]
            places = _places(codes, known)
            yield _count(places, rows, (n_rows, len(known)))

    def _columns(self, counts: sparse.csr_array) -> Ints:
        n_texts = np.bincount(counts.indices, minlength=counts.shape[1])
        columns = np.flatnonzero(n_texts <= self.max_df * counts.shape[0])
        if self.max_features is not None:
            totals = np.asarray(counts.sum(axis=0))[columns]
            columns = np.sort(columns[np.argsort(-totals, kind="stable")[: self.max_features]])
        if not columns.size:
            raise ValueError("no words are left: lower min_df or raise max_df")
        return columns


def _extended(places: Ints, words: Ints, rows: Ints, length: int, n_words: int) -> Ints:
    """Give the n-gram that starts at each word its code; -1 where none does that could count."""
    starts = max(0, len(words) - length + 1)
    first, last = places[:starts], words[length - 1 :]
    whole = (first >= 0) & (last >= 0) & (rows[:starts] == rows[length - 1 :])
    codes = np.full(len(words), -1)
    codes[:starts][whole] = first[whole] * n_words + last[whole]
    return codes


def _frequent(codes: Ints, rows: Ints, min_df: int) -> Ints:
    """Return, in ascending order, the codes that are in at least so many rows."""
    counted = codes >= 0
    distinct, places = np.unique(codes[counted], return_inverse=True)
    n_rows = int(rows[-1]) + 1 if len(rows) else 0
    counts = _count(places, rows[counted], (n_rows, len(distinct)))
    return distinct[np.bincount(counts.indices, minlength=len(distinct)) >= min_df]


def _places(codes: Ints, known: Ints) -> Ints:
    """Return where each code stands in an ascending array; -1 where it does not."""
    if not known.size:
        return np.full(len(codes), -1)
    places = np.minimum(np.searchsorted(known, codes), len(known) - 1)
    return np.where(known[places] == codes, places, -1)


def _count(places: Ints, rows: Ints, shape: tuple[int, int]) -> sparse.csr_array:
    counted = places >= 0
    ones = np.ones(np.count_nonzero(counted), dtype=np.int64)
    # Some of scikit-learn's models take 32-bit indices only.
    coordinates = (rows[counted].astype(np.int32), places[counted].astype(np.int32))
    return sparse.csr_array((ones, coordinates), shape=shape)
