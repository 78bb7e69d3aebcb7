import dataclasses
import pickle
import re

import numpy as np
import pandas as pd
import pytest

from project import ROOT
from retrace.cleaning.own import STEPS
from retrace.core.errors import ModelError, ParamsError, RetraceError
from retrace.evaluation.metrics import METRICS
from retrace.models.provenance import training_record
from retrace.models.registry import MODELS, build_model, models_for
from retrace.readers import READERS

FILE = """
from sklearn.ensemble import ExtraTreesClassifier

from retrace.models.own import Count, model

class Trees(ExtraTreesClassifier):
    pass

@model()
def trees(task, seed, train, /, *, n_estimators: Count):
    return Trees(n_estimators=n_estimators, random_state=seed)
"""


@pytest.fixture
def with_trees(params):
    def make(**hyperparameters):
        return dataclasses.replace(
            params, model="trees", models=params.models | {"trees": hyperparameters}
        )

    return make


def test_a_model_of_ones_own_is_one_function(in_a_project, with_trees):
    in_a_project(models=FILE)
    assert models_for("classification", "tabular")[-1] == "trees"
    model = build_model(with_trees(n_estimators=3), "tabular")
    X = pd.DataFrame({"x": np.arange(20.0)})
    fitted = pickle.loads(pickle.dumps(model.fit(X, np.arange(20) % 2)))
    assert (fitted.predict(X) == np.arange(20) % 2).all()


@pytest.mark.parametrize(
    ("hyperparameters", "message"),
    [
        ({"n_estimators": 0}, "params.yaml: models.trees.n_estimators: got 0"),
        ({"n_trees": 3}, r"models.trees.n_trees is not a known key.*; allowed: n_estimators"),
    ],
)
def test_its_hyperparameters_are_checked(in_a_project, with_trees, hyperparameters, message):
    in_a_project(models=FILE)
    with pytest.raises(ParamsError, match=message):
        build_model(with_trees(**hyperparameters), "tabular")


def test_where_it_is_not_its_name_is_unknown_and_the_names_are_listed(in_a_project, with_trees):
    in_a_project(models=FILE.replace("def trees", "def treees"))
    with pytest.raises(ModelError, match=r"got 'trees' \(did you mean 'treees'\?\); allowed.*, treees$"):
        build_model(with_trees(n_estimators=3), "tabular")


def test_another_edit_of_it_is_other_code(in_a_project, with_trees):
    def code():
        build_model(with_trees(n_estimators=3), "tabular")
        return training_record(with_trees(), [])["made_from"]["code"]

    in_a_project(models=FILE)
    first = code()
    in_a_project(models=FILE + "\n# changed\n")
    assert code() != first


def test_a_function_of_other_arguments_is_named(in_a_project):
    in_a_project(models=FILE.replace("task, seed, train, /, *, ", ""))
    with pytest.raises(RetraceError, match=r"src/models.py: trees should begin with `task, seed, train"):
        models_for("classification")


PAGES = (ROOT / "docs/your-own-data.md", ROOT / "docs/metrics.md")


@pytest.mark.parametrize(
    ("mark", "file", "table", "name"),
    [
        ("@model(", "models", MODELS, "extra_trees"),
        ("@reader", "readers", READERS, "logbook"),
        ("@cleaner(", "cleaners", STEPS, "family_size"),
        ("@mean_over_rows", "metrics", METRICS, "within_5"),
    ],
)
def test_what_the_pages_show_is_all_that_it_takes(in_a_project, mark, file, table, name):
    text = "".join(page.read_text() for page in PAGES)
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    (shown,) = [block for block in blocks if mark in block and "import" in block]
    in_a_project(**{file: shown})
    assert list(table)[-1] == name
