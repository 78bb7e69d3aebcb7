import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer

from retrace.models.ngrams import WordNgrams

TEXTS = [
    "The cat sat on the mat; the cat, again!",
    "A dog and the cat. Über-cats sat on Ümläute_1",
    "",
    "x y z",  # no word has two letters
    "the cat sat on the mat on the mat 1984",
]
OTHERS = ["the dog sat on the cat", "nothing known", "", "mat on"]


def made_up(n=200):
    generator = np.random.default_rng(0)
    words = np.array([f"w{i}" for i in range(60)] + ["the", "and", "of"])
    return [" ".join(generator.choice(words, size)) for size in generator.integers(0, 40, n)]


@pytest.mark.parametrize("texts", [TEXTS, made_up()])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"ngram_range": (1, 2)},
        {"ngram_range": (1, 3), "min_df": 2},
        {"ngram_range": (2, 4)},
        {"ngram_range": (1, 2), "stop_words": "english"},
        {"ngram_range": (1, 2), "max_df": 0.5},
    ],
)
def test_counts_are_those_of_scikit_learn(texts, options):
    ours, theirs = WordNgrams(**options), CountVectorizer(**options)
    assert_equal_counts(ours, ours.fit_transform(texts), theirs, theirs.fit_transform(texts))
    assert_equal_counts(ours, ours.transform(OTHERS), theirs, theirs.transform(OTHERS))


def assert_equal_counts(ours, counts, theirs, expected):
    names = ours.get_feature_names_out()
    columns = [theirs.vocabulary_[name] for name in names]
    assert sorted(names) == sorted(theirs.vocabulary_)
    assert (counts.toarray() == expected.toarray()[:, columns]).all()


def test_the_most_frequent_are_kept():
    counter = WordNgrams(ngram_range=(1, 2), max_features=2).fit(TEXTS)
    assert counter.get_feature_names_out().tolist() == ["the", "cat"]


@pytest.mark.parametrize("options", [{"min_df": 50}, {"max_df": 0.01}])
def test_a_vocabulary_without_words_is_an_error(options):
    with pytest.raises(ValueError, match="no words are left: lower min_df or raise max_df"):
        WordNgrams(**options).fit(TEXTS)


def test_indices_have_32_bits_as_liblinear_wants_them():
    counts = WordNgrams(ngram_range=(1, 2)).fit_transform(TEXTS)
    assert counts.indices.dtype == counts.indptr.dtype == np.int32


def test_it_keeps_the_contract_of_scikit_learn():
    counter = WordNgrams(ngram_range=(1, 2), stop_words="english")
    assert clone(counter).get_params() == counter.get_params()
    with pytest.raises(NotFittedError):
        counter.transform(TEXTS)
