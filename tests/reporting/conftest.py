import dataclasses
import functools

import jinja2
import numpy as np
import pandas as pd
import pytest

from retrace.core.artifacts import HISTORY_COLUMNS
from retrace.core.records import Predictions
from retrace.reporting import Results, pages, templating

FEW = {"resamples": 200, "mistakes": 5}

ENVIRONMENT = {
    "model": "a_model",
    "hyperparameters": {"depth": 3},
    "made_from": {"data": {"cache/train.pkl": "abc"}, "params": "p", "code": "c"},
    "versions": {"numpy": "2.4.6"},
    "hardware": {"instructions": "portable", "threads": 1, "device": "cpu"},
}


@pytest.fixture(scope="package", autouse=True)
def compiled_templates(tmp_path_factory):
    """Compile each template once: a page's own dozen take a tenth of a second."""
    kept = jinja2.FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            templating, "Environment", functools.partial(jinja2.Environment, bytecode_cache=kept)
        )
        yield


@pytest.fixture
def drawing(monkeypatch):
    """Draw some figures only, ``drawing("confusion")``: to draw those of a page takes a second."""
    figures, svg_text = pages._figures, pages.svg_text

    def draw(*names):
        drawn = []

        def noted(results):
            found = figures(results)
            drawn.extend(found[name] for name in names if name in found)
            return found

        monkeypatch.setattr(pages, "_figures", noted)
        monkeypatch.setattr(
            pages, "svg_text", lambda figure: svg_text(figure) if figure in drawn else "<svg/>"
        )

    return draw


@pytest.fixture
def undrawn(drawing):
    """Leave all figures undrawn, for tests that look into none."""
    drawing()


def predicted(y, n_classes, seed):
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet(np.ones(n_classes), len(y)) + 2 * np.eye(n_classes)[y]
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    wrong = np.arange(len(y)) % 9 == 0
    probabilities[wrong] = probabilities[wrong][:, ::-1]
    return Predictions(y=y, predicted=probabilities.argmax(axis=1), probabilities=probabilities)


@pytest.fixture
def make_results(make_dataset, params):
    def make(kind="tabular", epochs=3, **fields):
        parts = {
            part: make_dataset(n=90, n_classes=3, kind=kind, **fields) for part in ("validation", "test")
        }
        history = [dict.fromkeys(HISTORY_COLUMNS, 0.5) | {"epoch": i + 1} for i in range(epochs)]
        return Results(
            params=dataclasses.replace(
                params,
                report=dataclasses.replace(params.report, confidence=0.95, slices=[], **FEW),
            ),
            parts=parts,
            predictions={
                part: predicted(rows.y, 3, seed) for seed, (part, rows) in enumerate(parts.items())
            },
            history=pd.DataFrame(history, columns=HISTORY_COLUMNS),
            environment=ENVIRONMENT,
            data_checks={"warnings": [], "checked": ["Nothing."]},
        )

    return make


@pytest.fixture
def regression_results(make_dataset, make_results):
    """Results of a regression without epochs."""
    y = np.random.default_rng(0).normal(50, 10, size=90)
    part = make_dataset(n=90, task="regression", y=y, classes=())
    predicted = y + np.random.default_rng(1).normal(0, 2, size=90)
    found = Predictions(y=y, predicted=predicted, probabilities=np.empty((90, 0)))
    results = make_results(epochs=0)
    return dataclasses.replace(
        results,
        params=dataclasses.replace(results.params, metric="mae"),
        parts={"validation": part, "test": part},
        predictions={"validation": found, "test": found},
    )
