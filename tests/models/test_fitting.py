import dataclasses

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline

from extras import BOOSTERS, each
from retrace.core.errors import ModelError
from retrace.models.fitting import MOST_PROBABLE, fit_model, predict
from retrace.models.registry import build_model


@pytest.fixture
def parts(make_dataset):
    dataset = make_dataset(n=120)
    return dataset.take(np.arange(80)), dataset.take(np.arange(80, 120))


def build(params, name, **changes):
    models = {name: params.models[name] | changes}
    return build_model(dataclasses.replace(params, model=name, models=models), "tabular")


def test_a_model_without_epochs_has_no_history(params, parts):
    assert fit_model(build(params, "logistic_regression"), *parts) == []


def test_a_network_is_judged_on_the_validation_rows_as_its_pipeline_scales_them(params, parts):
    training, validation = parts
    model = build(params, "mlp", epochs=3)
    history = fit_model(model, training, validation)
    assert len(history) == 3
    best = min(history, key=lambda row: row["validation_loss"])
    right = (predict(model, validation).predicted == validation.y).mean()
    assert best["validation_accuracy"] == pytest.approx(right)


def test_callbacks_of_another_library_do_not_make_an_estimator_a_network(parts):
    class Other(GaussianNB):
        def fit(self, X, y, eval_set=None, callbacks=None):
            assert eval_set is callbacks is None
            return super().fit(X, y)

    model = Pipeline([("model", Other())])
    assert fit_model(model, *parts, callbacks=[object()]) == []


def test_a_fitted_network_can_be_fitted_again_without_validation_rows(params, parts):
    model = build(params, "mlp", epochs=2)
    fit_model(model, *parts)
    assert model.fit(parts[0].X, parts[0].y).predict(parts[1].X).shape == (40,)


def test_what_scikit_learn_refuses_is_said_in_our_words(params, parts):
    training, validation = parts
    rare = dataclasses.replace(training, y=np.r_[np.ones(78, np.int64), 0, 0])
    with pytest.raises(ModelError, match="CalibratedClassifierCV cannot be fitted to this data: "):
        fit_model(build(params, "svm"), rare, validation)


def test_probabilities_that_are_not_finite_are_refused(parts):
    class Broken(GaussianNB):
        def predict_proba(self, X):
            return super().predict_proba(X) * np.nan

    model = Pipeline([("model", Broken())]).fit(parts[0].X, parts[0].y)
    with pytest.raises(ModelError, match="probabilities that are not finite"):
        predict(model, parts[1])


def test_a_training_that_diverges_says_what_to_lower(params, parts):
    with pytest.raises(ModelError, match=r"diverged in epoch 1: .* lower the learning_rate \(1e\+30\)"):
        fit_model(build(params, "mlp", learning_rate=1e30, schedule="constant"), *parts)


def test_a_model_that_cannot_predict_says_so(params, parts):
    model = build(params, "knn", n_neighbors=500)
    fit_model(model, *parts)
    with pytest.raises(ModelError, match="KNeighborsClassifier cannot be applied to this data: "):
        predict(model, parts[1])


@pytest.mark.parametrize("name", each(["linear_svm", "svm", "random_forest", "mlp", *BOOSTERS]))
def test_the_most_probable_class_is_what_the_model_itself_predicts(params, parts, name):
    training, other = parts
    model = build(params, name, **({"epochs": 1} if name == "mlp" else {}))
    fit_model(model, training, other)
    assert type(model["model"]).__name__ in MOST_PROBABLE
    assert np.array_equal(predict(model, other).predicted, model.predict(other.X))
