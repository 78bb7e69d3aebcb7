import dataclasses
import io
import os
import subprocess
import sys

import joblib
import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_union

from retrace.models.text_features import encode_texts

TEXTS = ["the cat sat on the mat", "a dog and the cat", "a mat", "dogs sat", "", "cats and dogs"] * 3


@pytest.fixture
def features(params):
    return dataclasses.replace(
        params.features.text,
        word_ngrams=(1, 2),
        char_ngrams=None,
        stop_words=None,
        min_df=2,
        max_df=1,
        max_features=None,
        sublinear=True,
    )


def test_words_are_weighed_as_scikit_learn_weighs_them(features):
    ours = encode_texts(features).fit_transform(TEXTS)
    theirs = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit_transform(TEXTS)
    assert ours.shape == theirs.shape
    assert (ours @ ours.T).toarray() == pytest.approx((theirs @ theirs.T).toarray())


def test_letters_stand_beside_words_each_weighed_by_itself(features):
    both = encode_texts(dataclasses.replace(features, char_ngrams=(2, 3))).fit_transform(TEXTS)
    theirs = make_union(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3), min_df=2, sublinear_tf=True),
    ).fit_transform(TEXTS)
    assert both.shape == theirs.shape
    assert (both @ both.T).toarray() == pytest.approx((theirs @ theirs.T).toarray())


def test_letters_alone_will_do(features):
    letters = dataclasses.replace(features, word_ngrams=None, char_ngrams=(1, 4), max_features=7)
    assert encode_texts(letters).fit_transform(TEXTS).shape == (len(TEXTS), 7)


def test_what_is_saved_gives_the_same_numbers(features):
    encoder = encode_texts(dataclasses.replace(features, char_ngrams=(2, 3))).fit(TEXTS)
    file = io.BytesIO()
    joblib.dump(encoder, file)
    file.seek(0)
    again = joblib.load(file)
    found, expected = (one.transform(["a cat sat", "new"]).toarray() for one in (again, encoder))
    assert np.array_equal(found, expected)


SAVE = """
import hashlib, io, joblib
from retrace.models.text_features import encode_texts
from retrace.core.params import TextFeatures
features = TextFeatures(word_ngrams=(1, 2), char_ngrams=(1, 3), stop_words="english", min_df=1, max_df=1,
                        max_features=None, sublinear=True)
file = io.BytesIO()
joblib.dump(encode_texts(features).fit(["the cat sat on the mat", "a dog and a cat"]), file)
digest = hashlib.sha256(file.getvalue()).hexdigest()
print(digest)
"""


@pytest.mark.slow
def test_another_process_saves_the_same_bytes():
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "4242"}
    other = subprocess.run(
        [sys.executable, "-c", SAVE], env=environment, capture_output=True, text=True, check=True
    )
    here: dict[str, str] = {}
    exec(SAVE, here)
    assert other.stdout.split() == [here["digest"]]
