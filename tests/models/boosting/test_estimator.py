import io
import pickle
from types import SimpleNamespace

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from extras import BOOSTERS, needs
from retrace.models.boosting.estimator import READY, BoostedClassifier, BoostedRegressor
from retrace.models.callbacks import Checkpoint, Progress

OPTIONS = {
    "n_estimators": 60, "learning_rate": 0.2, "reg_lambda": 1.0, "subsample": 0.8,
    "colsample_bytree": 1, "patience": 5, "class_weight": None,
    "shape": {"max_depth": 3}, "threads": 1, "seed": 0,
}  # fmt: skip


@pytest.fixture(params=[pytest.param(name, marks=needs(name)) for name in BOOSTERS])
def options(request):
    return OPTIONS | {"library": request.param}


@pytest.fixture(scope="module")
def rows():
    """Of which three columns tell three classes apart: a number, and which category, or no value."""
    generator = np.random.default_rng(0)
    y = generator.integers(0, 3, 400)
    X = pd.DataFrame(
        {
            "number": y + generator.normal(scale=0.8, size=400),
            "colour": pd.Categorical.from_codes(2 * y + generator.integers(0, 2, 400) - 1, range(5)),
        }
    )
    X.loc[::9, "number"] = np.nan
    return X, y


def dumped(model):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    return buffer.getvalue()


def test_the_same_rows_give_the_same_bytes_whatever_was_asked_between(rows, options):
    first = BoostedClassifier(**options).fit(*rows, *rows)
    first.predict_proba(rows[0])
    np.random.default_rng().random()
    assert dumped(first) == dumped(BoostedClassifier(**options).fit(*rows, *rows))
    other = clone(first).set_params(seed=1).fit(*rows, *rows)
    assert other.trees_ != first.trees_


def test_a_pickled_model_predicts_the_same_and_is_unpacked_once(rows, options):
    model = BoostedClassifier(**options).fit(*rows)
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(model.predict_proba(rows[0]), again.predict_proba(rows[0]))
    booster = READY[again][1]
    again.predict(rows[0])
    assert READY[again][1] is booster


def test_the_rounds_that_are_best_for_the_validation_rows_are_kept(rows, options):
    X, y = rows
    generator = np.random.default_rng(1)
    model = BoostedClassifier(**options).fit(X, y, X, generator.permutation(y))  # it can only get worse
    losses = [row["validation_loss"] for row in model.history_]
    assert model.best_epoch_ == int(np.argmin(losses)) + 1 < len(losses)
    assert len(losses) == model.best_epoch_ + 5
    found = model.predict_proba(X)
    fewer = clone(model).set_params(n_estimators=model.best_epoch_, patience=None).fit(X, y)
    assert np.array_equal(found, fewer.predict_proba(X))


def test_without_validation_rows_every_round_is_kept(rows, options):
    model = BoostedClassifier(**options).fit(*rows)
    assert model.best_epoch_ == len(model.history_) == 60
    assert "validation_loss" not in model.history_[0]


def test_categories_are_told_apart_by_what_they_are(rows, options):
    X, y = rows
    alone = BoostedClassifier(**options).fit(X[["colour"]], y)
    assert (alone.predict(X[["colour"]]) == y).mean() > 0.9


def test_classes_keep_their_labels_and_one_without_training_rows_costs_nothing(rows, options):
    X, y = rows
    kept = y > 0
    model = BoostedClassifier(**options).fit(X[kept], y[kept] * 10, X, y * 10)
    assert set(model.predict(X)) == {10, 20}
    assert model.predict_proba(X).shape == (400, 2)


def test_one_class_alone_is_refused(rows, options):
    with pytest.raises(ValueError, match="all rows are of one class, 7"):
        BoostedClassifier(**options).fit(rows[0], np.full(400, 7))


def test_numbers_are_predicted_in_their_unit(rows, options):
    X, y = rows
    model = BoostedRegressor(**options).fit(X, 1000.0 * y, X, 1000.0 * y)
    assert model.score(X, 1000.0 * y) > 0.8
    assert model.history_[-1]["validation_loss"] < 500


class Seen(list):
    def on_train_begin(self, state, options):
        self.append(state.epoch)

    def on_epoch_end(self, state, options):
        self.append(state.epoch)

    def on_train_end(self, state, options):
        self.append("end")


def test_callbacks_are_told_now_and_then(rows, options, capsys, tmp_path):
    seen, checkpoint = Seen(), Checkpoint({}, tmp_path)
    BoostedClassifier(**options | {"patience": None}).fit(*rows, *rows, [seen, checkpoint, Progress()])
    assert seen == [0, *range(3, 61, 3), "end"]
    assert "epoch 60/60: train_loss" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_callback_may_stop_it(rows, options):
    class StopError(Exception):
        pass

    def stop(state, _):
        raise StopError

    nothing = lambda state, _: None  # noqa: E731
    stopper = SimpleNamespace(on_train_begin=nothing, on_epoch_end=stop, on_train_end=nothing)
    with pytest.raises(StopError):
        BoostedClassifier(**options).fit(*rows, *rows, [stopper])
