import dataclasses
import functools

import joblib
import pandas as pd
import pytest

from retrace.cleaning.cleaners import clean
from retrace.models.fitting import fit_model, predict
from retrace.models.registry import build_model
from retrace.readers import describe, read
from retrace.tools.prediction.predictor import named
from retrace.tools.prediction.source import Source
from retrace.tools.prediction.stream import Told, answers


@pytest.fixture
def make_source(params, tmp_path):
    """Fit a model to a dataset; return it as a source, and what the report would say of each row."""

    def make(name, data, model, steps=(), **hyperparameters):
        models = {**params.models, model: params.models[model] | hyperparameters}
        preprocess = dataclasses.replace(params.preprocess, steps=steps)
        chosen = dataclasses.replace(params, model=model, models=models, preprocess=preprocess)
        dataset = clean(read(name, data), chosen.preprocess)
        fitted = build_model(chosen, dataset.kind, dataset.task)
        fit_model(fitted, dataset, dataset)
        path = tmp_path / "model.joblib"
        joblib.dump(fitted, path)
        source = Source(
            name="made",
            path=path,
            md5=str(tmp_path),
            commit="",
            lock="",
            data=name,
            description=describe(name, data),
            preprocess=chosen.preprocess,
            train=chosen.train,
        )
        expected = named(predict(fitted, dataset), dataset.classes)
        expected.insert(0, "id", dataset.ids)
        return source, expected

    return make


@pytest.fixture
def ask(tmp_path):
    """Return the answers of a model to an input, and what is told of it."""

    def ask(source, where, *, skip=False, jobs=1):
        told = Told()
        answer = functools.partial(answers, spool=tmp_path, skip=skip, jobs=jobs)
        return pd.concat(answer(source, str(where), told), ignore_index=True), told

    return ask
