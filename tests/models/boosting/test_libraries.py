import dataclasses

import numpy as np
import pytest

from extras import BOOSTERS, needs
from retrace.core.errors import ModelError
from retrace.models.boosting.definition import Options, Rows, imported
from retrace.models.boosting.libraries import LIBRARIES

OPTIONS = Options(
    n_classes=2, n_estimators=8, learning_rate=0.3, reg_lambda=0.0, subsample=1, colsample_bytree=1,
    shape={}, threads=1, seed=0,
)  # fmt: skip


@pytest.fixture(params=[pytest.param(name, marks=needs(name)) for name in BOOSTERS])
def library(request):
    return LIBRARIES[request.param]


@pytest.fixture
def rows():
    X = np.random.default_rng(0).normal(size=(200, 2))
    return Rows(X=X, categorical=[], y=(X[:, 0] > 0).astype(np.int64))


def test_boosting_stops_where_it_is_told_to(library, rows):
    told = []

    def on_round(losses):
        told.append(losses["validation"])
        return len(told) == 3

    booster = library.boost(rows, rows, OPTIONS, on_round)
    assert len(told) == 3
    assert told[2] < told[0]
    assert library.pack(booster, 3) != library.pack(booster, 2)


def test_what_is_packed_says_the_same_once_unpacked(library, rows):
    booster = library.boost(rows, None, OPTIONS, lambda losses: False)
    again = library.unpack(library.pack(booster, 8))
    found = library.outputs(again, rows, 1)
    assert np.array_equal(found, library.outputs(booster, rows, 1))
    assert ((found > 0.5) == rows.y).mean() > 0.95


def test_what_cannot_be_imported_is_an_error_with_the_remedy():
    with pytest.raises(ModelError, match=r"pip install --no-deps -r requirements-boosting\.txt"):
        imported("no_such_booster")


@needs("catboost")
def test_what_catboost_says_of_rows_is_passed_on_without_its_places_in_code(rows):
    alike = dataclasses.replace(rows, y=np.ones(200))
    with pytest.raises(ValueError, match=r"^All train targets are equal$"):
        LIBRARIES["catboost"].boost(alike, None, dataclasses.replace(OPTIONS, n_classes=0), any)
