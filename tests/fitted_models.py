"""Models that are fitted in a moment, as `retrace predict`, `export` and `serve` take them."""

import dataclasses
from pathlib import Path

import numpy as np

from retrace.core.checked_yaml import checked
from retrace.models.fitting import fit_model
from retrace.models.registry import build_model
from retrace.models.signature import signature_of
from retrace.readers.bundled import Description as Bundled
from retrace.readers.shared.table_description import Description
from retrace.readers.shared.texts import TextsDescription
from retrace.tools.prediction.predictor import Predictor
from retrace.tools.prediction.source import Source


def fitted(params, data, model, features=None, **hyperparameters):
    """Return a model that was fitted to two thirds of a dataset, and the rest."""
    models = {**params.models, model: params.models[model] | hyperparameters}
    chosen = dataclasses.replace(
        params,
        model=model,
        models=models,
        features=dataclasses.replace(params.features, **(features or {})),
    )
    cut = 2 * len(data) // 3
    training, rest = data.take(np.arange(cut)), data.take(np.arange(cut, len(data)))
    pipeline = build_model(chosen, data.kind, data.task)
    fit_model(pipeline, training, rest)
    source = Source(
        name="made",
        path=Path("made.joblib"),
        md5="0" * 32,
        commit="",
        lock="",
        data="made",
        description=description(data),
        preprocess=chosen.preprocess,
        train=chosen.train,
    )
    predictor = Predictor(source=source, model=pipeline, signature=signature_of(pipeline), backbone=None)
    return predictor, rest


def description(data):
    common = {"title": "Made up", "licence": "CC0", "task": data.task, "kind": data.kind}
    if data.kind == "tabular":
        own = {"reader": "table", "file": "made.csv", "target": "label"}
        return checked(Description, common | own, "made")
    if data.kind == "text":
        return checked(TextsDescription, common | {"reader": "text_folder"}, "made")
    return checked(Bundled, common | {"reader": "bundled", "dataset": "digits"}, "made")
