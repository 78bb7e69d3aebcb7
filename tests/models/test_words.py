import dataclasses

import numpy as np
import pytest

from made_datasets import text_dataset
from retrace.models.fitting import fit_model
from retrace.models.registry import build_model
from retrace.models.words import speaking_words

FIRST, SECOND = {f"word{k}" for k in range(6)}, {f"word{k}" for k in range(6, 12)}


def words_of(params, data, name, calibrate=None, select=None, **text):
    text = dataclasses.replace(params.features.text, **{"word_ngrams": (1, 1), **text})
    features = dataclasses.replace(params.features, text=text, select=select)
    model = build_model(dataclasses.replace(params, model=name, features=features), "text", data.task)
    fit_model(model, data, data, calibrate=calibrate)
    return speaking_words(model, data)


@pytest.mark.parametrize("name", ["logistic_regression", "linear_svm", "sgd"])
@pytest.mark.parametrize("changes", [{}, {"calibrate": "sigmoid"}, {"select": 8}], ids=str)
def test_each_class_has_its_words(params, name, changes):
    first, second = words_of(params, text_dataset(), name, **changes)
    assert (first.speak_for, second.speak_for) == ("first", "second")
    assert {word for word, _ in first.words} <= FIRST
    assert {word for word, _ in second.words} <= SECOND
    weights = [weight for _, weight in first.words]
    assert weights == sorted(weights, reverse=True)
    assert min(weights) > 0


def test_of_more_classes_each_has_its_own(params):
    data = text_dataset()
    y = np.where(np.arange(60) % 3 == 2, 2, data.y)
    X = np.where(y == 2, "alpha beta", data.X).astype(object)
    found = words_of(params, dataclasses.replace(data, X=X, y=y, classes=("a", "b", "c")), "linear_svm")
    assert {word for word, _ in found[2].words[:2]} == {"alpha", "beta"}


def test_letters_show_their_spaces(params):
    first, _ = words_of(params, text_dataset(), "sgd", char_ngrams=(2, 3))
    assert any("␣" in word for word, _ in first.words)
    assert not any(word.startswith(("letters__", "words__")) for word, _ in first.words)


@pytest.mark.parametrize("scale", [None, "log"])
def test_of_a_number_words_speak_for_more_or_less(params, scale):
    data = dataclasses.replace(
        text_dataset(), task="regression", classes=(), y=text_dataset().y + 1.0, target_scale=scale
    )
    lower, higher = words_of(params, data, "ridge")
    assert (lower.speak_for, higher.speak_for) == ("lower", "higher")
    assert {word for word, _ in higher.words} <= SECOND


def test_other_models_and_private_texts_have_none(params):
    assert words_of(params, text_dataset(), "knn") == ()
    assert words_of(params, dataclasses.replace(text_dataset(), private=True), "sgd") == ()
