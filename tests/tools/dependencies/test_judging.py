import dataclasses

import pytest

from project import ROOT
from retrace.core.checked_yaml import load_yaml
from retrace.tools.dependencies.judging import covered, judge


@pytest.fixture
def judged(toy, stage):
    def judged(kept=(), **changed):
        (found,) = judge([dataclasses.replace(stage, **changed)], toy, kept=kept)
        return found.missing, found.unused, found.keys

    return judged


def test_a_stage_that_declares_all_that_it_loads_is_right(judged):
    assert judged() == ((), (), ())


def test_a_removed_dependency_is_missing(judged):
    files = ("src/lib/__init__.py", "src/lib/fit.py", "src/lib/shared.py")
    assert judged(declared=("src/train.py",)) == (files, (), ())


def test_a_new_import_is_missing(toy, judged):
    (toy / "src/lib/shared.py").write_text("def late():\n    import other\n")
    assert judged() == (("src/other.py",), (), ())


@pytest.mark.parametrize("unused", ["src/other.py", "src/spare"])
def test_a_dependency_of_which_nothing_is_loaded_is_unused(toy, stage, judged, unused):
    (toy / "src/spare").mkdir()
    (toy / "src/spare/a.py").touch()
    declared = (*stage.declared, unused)
    assert judged(declared=declared) == ((), (unused,), ())
    assert judged(declared=declared, kept={unused}) == ((), (), ())


def test_a_dependency_that_code_or_command_names_may_be_used(toy, stage, judged):
    declared = (*stage.declared, "src/other.py")
    assert not judged(declared=declared, cmd="python src/train.py --with src/other.py")[1]
    (toy / "src/lib/shared.py").write_text("START = ['python', 'src/other.py']\n")
    assert not judged(declared=declared)[1]


def test_data_are_not_judged_by_code(toy, stage, judged):
    (toy / "pictures").mkdir()
    (toy / "pictures/a.png").touch()
    (toy / "pictures/make.py").touch()
    assert not judged(declared=(*stage.declared, "pictures", "gone.csv"))[1]


@pytest.mark.parametrize(
    ("declared", "keys"),
    [
        ({"train": {}}, ()),
        ({"train.rate": 0.1}, ()),
        ({"train.epochs": 2}, ("params.yaml: train.rate",)),
        ({}, ("params.yaml: train.rate",)),
    ],
)
def test_a_key_that_is_read_and_not_declared_is_named(judged, declared, keys):
    assert judged(params={"params.yaml": declared})[2] == keys


def test_a_section_that_is_read_whole_may_be_declared_by_its_keys(toy, judged):
    script = (toy / "src/train.py").read_text().replace('fit(params["rate"])', "fit(str(params))")
    (toy / "src/train.py").write_text(script)
    assert judged()[2] == ("params.yaml: train.epochs",)
    assert judged(params={"params.yaml": {"train.rate": 0.1, "train.epochs": 2}})[2] == ()


def test_a_command_that_starts_nothing_of_the_project_is_left_alone(judged):
    assert judged(cmd="wget https://example.org", declared=("src/other.py",)) == ((), (), ())


def test_a_folder_covers_what_is_in_it():
    assert covered("src/lib/a.py", ["src/lib"])
    assert not covered("src/library.py", ["src/lib"])


@pytest.fixture
def pipeline(stage):
    params = load_yaml(ROOT / "params.yaml")
    return {
        name: dataclasses.replace(
            stage,
            name=name,
            cmd=entry["cmd"],
            declared=tuple(dep.replace("${data}", params["data"]) for dep in entry["deps"]),
            params={"params.yaml": dict.fromkeys(entry["params"])},
        )
        for name, entry in load_yaml(ROOT / "dvc.yaml")["stages"].items()
    }


@pytest.mark.parametrize("name", ["read_data", "preprocess", "split", "train", "report"])
def test_this_projects_own_code_is_what_its_stages_declare(name, pipeline):
    (found,) = judge([pipeline[name]], ROOT)
    assert (found.missing, found.unused, found.keys) == ((), (), ())
    assert len(found.loads) > 15
