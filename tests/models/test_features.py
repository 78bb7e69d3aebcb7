import dataclasses

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from retrace.models.features import feature_steps, flatten

TRAINING = pd.DataFrame(
    {
        "age": [1.0, 3.0, np.nan, 5.0],
        "colour": np.array(["red", "blue", None, "red"], dtype=object),
    }
)
Y = np.array([0, 1, 0, 1])


@pytest.fixture
def features(params):
    return dataclasses.replace(
        params.features, impute="median", scale="standard", max_categories=20, select=None
    )


def fitted(features, X=TRAINING, scale=False, impute=True, kind="tabular"):
    return Pipeline(feature_steps(kind, features, scale=scale, impute=impute)).fit(X, Y)


def test_numbers_are_imputed_and_text_is_encoded(features):
    encoded = fitted(features).transform(TRAINING)
    assert encoded[:, 0].tolist() == [1, 3, 3, 5]
    assert encoded[:, 1:].tolist() == [[0, 1], [1, 0], [0, 1], [0, 1]]


def test_what_is_learned_comes_from_the_training_rows_alone(features):
    other = pd.DataFrame({"age": [np.nan], "colour": np.array(["green"], dtype=object)})
    assert fitted(features).transform(other).tolist() == [[3, 0, 0]]


def test_gaps_stay_where_a_model_takes_them(features):
    assert np.isnan(fitted(features, impute=False).transform(TRAINING)[2, 0])


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
    assert model.transform(TRAINING).shape == (4, 3)


def test_a_column_without_any_value_in_training_does_no_harm(features):
    X = TRAINING.assign(age=np.nan)
    assert fitted(features, X, scale=True).transform(TRAINING).shape == (4, 3)


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
