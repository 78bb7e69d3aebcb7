import dataclasses
import io
import os
import subprocess
import sys

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline, make_union

from retrace.models.features import encode_texts, feature_steps, flatten

TRAINING = pd.DataFrame(
    {
        "age": [1.0, 3.0, np.nan, 5.0],
        "colour": np.array(["red", "blue", np.nan, "red"], dtype=object),
    }
)
Y = np.array([0, 1, 0, 1])


@pytest.fixture
def features(params):
    return dataclasses.replace(
        params.features, impute="median", scale="standard", max_categories=20, select=None
    )


def fitted(features, X=TRAINING, scale=False, impute=True, kind="tabular", y=Y):
    return Pipeline(feature_steps(kind, features, scale=scale, impute=impute)).fit(X, y)


def test_numbers_are_imputed_and_text_is_encoded(features):
    encoded = fitted(features).transform(TRAINING)
    assert encoded[:, 0].tolist() == [1, 3, 3, 5]
    assert encoded[:, 1:].tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0]]  # blue, red, none


def test_what_is_learned_comes_from_the_training_rows_alone(features):
    other = pd.DataFrame({"age": [np.nan], "colour": np.array(["green"], dtype=object)})
    assert fitted(features).transform(other).tolist() == [[3, 0, 0, 0]]


def test_gaps_stay_where_a_model_takes_them(features):
    assert np.isnan(fitted(features, impute=False).transform(TRAINING)[2, 0])


def test_where_gaps_were_may_be_a_feature_of_its_own(features):
    model = fitted(dataclasses.replace(features, missing_indicator=True))
    assert model.transform(TRAINING)[:, 1].tolist() == [0, 0, 1, 0]
    gap_elsewhere = TRAINING.assign(age=[np.nan, 1.0, 1.0, 1.0])
    assert model.transform(gap_elsewhere)[:, 1].tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize(("scale", "largest"), [("standard", 1.414), ("minmax", 1.0), ("robust", 2.0)])
def test_numbers_are_scaled_as_asked(features, scale, largest):
    encoded = fitted(dataclasses.replace(features, scale=scale), scale=True).transform(TRAINING)
    assert encoded[:, 0].max() == pytest.approx(largest, abs=0.01)


def test_rare_categories_share_a_column(features):
    X = pd.DataFrame({"word": np.array(["a", "a", "b", "c"], dtype=object)})
    assert fitted(dataclasses.replace(features, max_categories=2), X).transform(X).shape == (4, 2)


def test_the_best_features_are_kept(features):
    X = pd.DataFrame({"noise": [1.0, 2, 1, 2.5], "signal": [0.0, 1.1, 0, 1]})
    selected = fitted(dataclasses.replace(features, select=1), X).transform(X)
    assert selected.ravel().tolist() == X["signal"].tolist()


def test_selecting_more_features_than_there_are_keeps_all(features):
    with pytest.warns(UserWarning, match="greater than n_features"):
        model = fitted(dataclasses.replace(features, select=50))
    assert model.transform(TRAINING).shape == (4, 4)


def test_a_column_without_any_value_in_training_does_no_harm(features):
    X = TRAINING.assign(age=np.nan)
    assert fitted(features, X, scale=True).transform(TRAINING).shape == (4, 4)


def test_a_model_that_takes_gaps_never_sees_a_column_of_nothing_else(features):
    model = fitted(features, TRAINING.assign(rare=np.nan), impute=False)
    encoded = model.transform(TRAINING.assign(rare=[np.nan, 7, np.nan, 1]))
    assert encoded[:, 1].tolist() == [0, 0, 0, 0]
    assert np.isnan(encoded[2, 0])  # another gap stays one


def test_a_gap_is_a_category_even_beside_many_others(features):
    words = np.array(["a", "a", "a", "b", "b", np.nan, np.nan, np.nan, "c", "d"], dtype=object)
    X = pd.DataFrame({"word": words})
    steps = feature_steps(
        "tabular", dataclasses.replace(features, max_categories=3), scale=False, impute=True
    )
    encoded = Pipeline(steps).fit(X, np.arange(10) % 2).transform(X)
    assert np.unique(encoded[5:8], axis=0).sum() == 1
    assert not (encoded[5] == encoded[0]).all()


@pytest.mark.parametrize("scale", ["standard", "minmax", "robust"])
def test_pixels_are_scaled_alike(features, scale):
    images = np.random.default_rng(0).integers(0, 256, (9, 4, 4, 1)).astype(np.uint8)
    images[:, 0] //= 50  # a margin that is nearly black stays so
    scaled = fitted(dataclasses.replace(features, scale=scale), images, True, kind="image", y=None)
    rows = scaled.transform(images)
    flat = flatten(images)
    slope = np.ptp(rows) / np.ptp(flat)
    assert rows == pytest.approx(rows.min() + slope * (flat - flat.min()), abs=1e-5)
    assert rows.dtype == np.float32


def test_images_are_flattened_row_by_row():
    images = np.arange(24, dtype=np.uint8).reshape(2, 2, 2, 3)
    assert flatten(images).tolist() == [list(range(12)), list(range(12, 24))]


def test_terms_are_selected_by_chi2_and_stay_sparse(features):
    X = np.array(["good film", "bad film", "good day", "bad day"], dtype=object)
    text = dataclasses.replace(features.text, word_ngrams=(1, 1), min_df=1)
    model = fitted(dataclasses.replace(features, text=text, select=2), X, scale=True, kind="text")
    selected = model.transform(X)
    assert selected.shape == (4, 2)
    assert selected.nnz == 4  # good and bad, one to a text


TEXTS = ["the cat sat on the mat", "a dog and the cat", "a mat", "dogs sat", "", "cats and dogs"] * 3


@pytest.fixture
def text_features(params):
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


def test_words_are_weighed_as_scikit_learn_weighs_them(text_features):
    ours = encode_texts(text_features).fit_transform(TEXTS)
    theirs = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit_transform(TEXTS)
    assert ours.shape == theirs.shape
    assert (ours @ ours.T).toarray() == pytest.approx((theirs @ theirs.T).toarray())


def test_letters_stand_beside_words_each_weighed_by_itself(text_features):
    both = encode_texts(dataclasses.replace(text_features, char_ngrams=(2, 3))).fit_transform(TEXTS)
    theirs = make_union(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3), min_df=2, sublinear_tf=True),
    ).fit_transform(TEXTS)
    assert both.shape == theirs.shape
    assert (both @ both.T).toarray() == pytest.approx((theirs @ theirs.T).toarray())


def test_letters_alone_will_do(text_features):
    letters = dataclasses.replace(text_features, word_ngrams=None, char_ngrams=(1, 4), max_features=7)
    assert encode_texts(letters).fit_transform(TEXTS).shape == (len(TEXTS), 7)


def test_what_is_saved_gives_the_same_numbers(text_features):
    encoder = encode_texts(dataclasses.replace(text_features, char_ngrams=(2, 3))).fit(TEXTS)
    file = io.BytesIO()
    joblib.dump(encoder, file)
    file.seek(0)
    again = joblib.load(file)
    found, expected = (one.transform(["a cat sat", "new"]).toarray() for one in (again, encoder))
    assert np.array_equal(found, expected)


SAVE = """
import hashlib, io, joblib
from retrace.models.features import encode_texts
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
