import dataclasses

import pytest

from extras import each
from project import ROOT
from retrace.core.checked_yaml import load_yaml
from retrace.core.errors import ParamsError
from retrace.models.registry import MODELS
from retrace.tools.search.study.reading import load_space


@pytest.fixture
def read(tmp_path, params):
    def read(text, model="svm", kind="tabular"):
        path = tmp_path / "spaces.yaml"
        path.write_text(text)
        return load_space(path, dataclasses.replace(params, model=model), kind, "classification")

    return read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("svm: {c: {log: [1, 10]}}", r"svm.c is not .*did you mean 'C'"),
        ("svm: {split.seed: {int: [1, 10]}}", r"svm.split.seed is not a parameter"),
        ("svm: {seed: {int: [1, 10]}}", r"svm.seed is not a parameter"),
        ("svm: {features.scal: {choice: [a, b]}}", r"did you mean 'features.scale'"),
        ("svn: {C: {log: [1, 10]}}", r"svn is not a model .*did you mean 'svm'"),
        ("svm:", r"svm is empty: add parameters to search, such as `C: "),
        ("knn: {n_neighbors: {int: [1, 9]}}", r"svm is missing: add"),
        ("svm: [C]", r"svm: got \['C'\], should be lines"),
        ("svm: {C: {log: [10, 1]}}", r"svm.C.log: got \[10, 1\].* such as \[1, 10\]"),
        ("svm: {C: {log: [1, 1]}}", r"got \[1, 1\], should be the lower bound"),
        ("svm: {C: {log: [0, 1]}}", r"a logarithmic range starts above 0"),
        ("svm: {C: {log: 3}}", r"got 3, should be two numbers"),
        ("svm: {C: 3}", r"svm.C: got 3, should be such as"),
        ("svm: {C: {logg: [1, 2]}}", r"got logg \(did you mean 'log'\?\)"),
        ("svm: {C: {log: [1, 2], int: [1, 2]}}", r"got log and int"),
        ("svm: {C: {log: [1, 2], step: 1}}", r"a logarithmic range has no steps"),
        ("svm: {C: {float: [1, 2], step: 5}}", r"step: got 5, should be above 0 and at most 1"),
        ("svm: {C: {int: [1.5, 2]}}", r"should be two whole numbers"),
        ("svm: {kernel: {choice: [rbf]}}", r"should be a list of two or more"),
        ("svm: {kernel: {choice: [rbf, rbf]}}", r"should name each value once"),
        ("svm: {C: {float: [-1, 1]}}", r"models.svm.C: got -1.0 .*greater than 0"),
        ("svm: {kernel: {choice: [rbf, linea]}}", r"got 'linea'.*did you mean 'linear'"),
        (
            "svm: {gamma: {log: [1, 2], when: {kernel: rbf}}}",
            r"models.svm.kernel, which is not searched: search it too",
        ),
        (
            "svm: {kernel: {choice: [rbf, poly]}, gamma: {log: [1, 2], when: {kernel: rfb}}}",
            r"is 'rfb', which is not in its range \(did you mean 'rbf'\?\)",
        ),
        ("svm: {C: {int: [2, 9], stp: 2}}", r"got stp \(did you mean 'step'\?\)"),
        ("svm: {C: {int: [-2, 9]}}", r"spaces.yaml: models.svm.C: got -2"),
        (
            "svm: {C: {int: [1, 2], when: {gamma: 1}}, gamma: {int: [1, 2], when: {C: 1}}}",
            r"go round in a circle",
        ),
    ],
)
def test_a_mistake_is_said_in_one_line(read, text, said):
    with pytest.raises(ParamsError, match=said) as raised:
        read(text)
    assert "\n" not in str(raised.value)
    assert "spaces.yaml: " in str(raised.value)


def test_a_whole_number_is_not_given_a_range_of_others(read):
    with pytest.raises(ParamsError, match=r"knn.n_neighbors: got 1.0 .*whole number"):
        read("knn: {n_neighbors: {float: [1, 9]}}", model="knn")


def test_a_condition_comes_before_what_depends_on_it(read):
    space = read("svm: {gamma: {log: [1e-4, 1], when: {kernel: rbf}}, kernel: {choice: [rbf, linear]}}")
    assert space.names == ["models.svm.kernel", "models.svm.gamma"]


def test_features_may_be_searched(read):
    space = read(
        "svm: {features.text.min_df: {int: [1, 5]}, features.scale: {choice: [standard, minmax]}}"
    )
    assert space.names == ["features.text.min_df", "features.scale"]


@pytest.mark.parametrize(
    ("task", "model"), each([(task, name) for name, model in MODELS.items() for task in model.tasks])
)
def test_every_model_has_a_space_that_it_takes(params, task, model):
    kind = MODELS[model].kinds[0]
    params = dataclasses.replace(params, model=model)
    if task == "regression" and "class_weight" in load_yaml(ROOT / "hpo/spaces.yaml")[model]:
        pytest.fail("a model that serves both tasks has no class weights to search")
    assert load_space(ROOT / "hpo/spaces.yaml", params, kind, task).parameters
