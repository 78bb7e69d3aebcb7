import dataclasses

import numpy as np
import pytest

from retrace.models.fitting import fit_model
from retrace.models.registry import build_model
from retrace.models.words import speaking_words

FIRST, SECOND = {f"word{k}" for k in range(6)}, {f"word{k}" for k in range(6, 12)}


@pytest.fixture
def texts(make_dataset):
    """Sixty texts of five words each, of two classes that share none."""
    words = np.array([f"word{k}" for k in range(12)])
    generator = np.random.default_rng(2)
    y = np.arange(60) % 2
    X = [" ".join(generator.choice(words[6 * code : 6 * code + 6], 5)) for code in y]
    return make_dataset(60, X=np.array(X, dtype=object), y=y, kind="text", classes=("first", "second"))


def words_of(params, data, name, calibrate=None, select=None, **text):
    text = dataclasses.replace(params.features.text, **{"word_ngrams": (1, 1), **text})
    features = dataclasses.replace(params.features, text=text, select=select)
    model = build_model(dataclasses.replace(params, model=name, features=features), "text", data.task)
    fit_model(model, data, data, calibrate=calibrate)
    return speaking_words(model, data)


@pytest.mark.parametrize("name", ["logistic_regression", "linear_svm", "sgd"])
@pytest.mark.parametrize("changes", [{}, {"calibrate": "sigmoid"}, {"select": 8}], ids=str)
def test_each_class_has_its_words(params, texts, name, changes):
    first, second = words_of(params, texts, name, **changes)
    assert (first.speak_for, second.speak_for) == ("first", "second")
    assert {word for word, _ in first.words} <= FIRST
    assert {word for word, _ in second.words} <= SECOND
    weights = [weight for _, weight in first.words]
    assert weights == sorted(weights, reverse=True)
    assert min(weights) > 0


def test_of_more_classes_each_has_its_own(params, texts):
    data = texts
    y = np.where(np.arange(60) % 3 == 2, 2, data.y)
    X = np.where(y == 2, "alpha beta", data.X).astype(object)
    found = words_of(params, dataclasses.replace(data, X=X, y=y, classes=("a", "b", "c")), "linear_svm")
    assert {word for word, _ in found[2].words[:2]} == {"alpha", "beta"}


def test_letters_show_their_spaces(params, texts):
    first, _ = words_of(params, texts, "sgd", char_ngrams=(2, 3))
    assert any("␣" in word for word, _ in first.words)
    assert not any(word.startswith(("letters__", "words__")) for word, _ in first.words)


@pytest.mark.parametrize("scale", [None, "log"])
def test_of_a_number_words_speak_for_more_or_less(params, texts, scale):
    data = dataclasses.replace(texts, task="regression", classes=(), y=texts.y + 1.0, target_scale=scale)
    lower, higher = words_of(params, data, "ridge")
    assert (lower.speak_for, higher.speak_for) == ("lower", "higher")
    assert {word for word, _ in higher.words} <= SECOND


def test_other_models_and_private_texts_have_none(params, texts):
    assert words_of(params, texts, "knn") == ()
    assert words_of(params, dataclasses.replace(texts, private=True), "sgd") == ()
