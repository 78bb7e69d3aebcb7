import dataclasses
import shutil

import pytest
from dvc.utils.serialize import modify_yaml

from project import ROOT
from retrace.core.checked_yaml import checked
from retrace.core.errors import ParamsError
from retrace.core.params import Split, load_params

FRACTIONS = {"method": "hash", "seed": 0, "duplicates_together": True}


@pytest.mark.parametrize(
    "parts", [(0.7, 0.2, 0.1), (0.6, 0.15, 0.25), (0.34, 0.33, 0.33), (0.8, 0.1, 0.1)]
)
def test_fractions_as_people_write_them_are_accepted(parts):
    train, validation, test = parts
    split = checked(Split, FRACTIONS | {"train": train, "validation": validation, "test": test}, "p")
    assert split.test == test


def test_params_are_frozen(params):
    with pytest.raises(dataclasses.FrozenInstanceError):
        params.seed = 1


def test_hyperparameters_are_those_of_the_model_in_use(params):
    svm = dataclasses.replace(params, model="svm")
    assert svm.hyperparameters == params.models["svm"]


def test_an_override_of_dvc_changes_one_line_of_the_file(tmp_path):
    path = tmp_path / "params.yaml"
    shutil.copy(ROOT / "params.yaml", path)
    with modify_yaml(str(path)) as params:  # what `dvc exp run -S` writes with
        params["models"]["random_forest"]["max_depth"] = 7
    before, after = (each.read_text().split("\n") for each in (ROOT / "params.yaml", path))
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [("    max_depth:", "    max_depth: 7")]


def test_a_section_checks_itself_when_it_is_made():
    with pytest.raises(ValueError, match="should sum to 1"):
        Split(train=0.5, validation=0.1, test=0.1, **FRACTIONS)


def test_a_file_that_a_kill_left_empty_is_brought_back_from_git(tmp_path):
    path = tmp_path / "params.yaml"
    path.touch()
    with pytest.raises(ParamsError, match=r"params.yaml is empty: `git checkout .*` brings back"):
        load_params(path)


def test_values_for_notebooks_may_stand_beside_the_pipelines_own(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text((ROOT / "params.yaml").read_text() + "notebooks:\n  classify:\n    C: 1.0\n")
    assert load_params(path) == load_params(ROOT / "params.yaml")
