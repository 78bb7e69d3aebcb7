import dataclasses
import json
from types import SimpleNamespace

import pytest

from retrace.core.artifacts import file_md5
from retrace.core.errors import ModelError
from retrace.tools.prediction.source import OWN_STEPS, _other_steps


@pytest.mark.slow
def test_a_version_that_only_the_remote_has_is_fetched_and_checked(published, wine, tmp_path):
    md5 = file_md5(published / "cache/model.joblib")
    (published / "cache/model.joblib").unlink()
    cached = published / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
    cached.unlink()
    published.retrace("predict", str(wine), "--output", str(tmp_path / "a.csv"), "--model", "v1.0.0")
    assert file_md5(cached) == md5
    assert json.loads((tmp_path / "a.csv.made_from.json").read_text())["model"]["name"] == "v1.0.0"


@pytest.mark.slow
def test_params_that_changed_since_do_not_change_the_answers(published, wine):
    before = published.retrace("predict", str(wine), "--model", "HEAD").stdout
    published.set(preprocess__tabular__strip_text=False, data="digits")
    assert published.retrace("predict", str(wine), "--model", "HEAD").stdout == before
    published.run("git", "checkout", "-q", "params.yaml")


@pytest.mark.slow
def test_a_description_that_changed_since_is_refused(published, wine):
    with (published / "data/wine.yaml").open("a") as file:
        file.write("\n# changed\n")
    run = published.retrace("predict", str(wine), check=False)
    published.run("git", "checkout", "-q", "data/wine.yaml")
    assert run.returncode == 1
    assert "data/wine.yaml is not the one that the model of workspace was made from" in run.stderr


@pytest.mark.slow
def test_a_model_of_no_name_is_told_the_nearest(published, wine):
    run = published.retrace("predict", str(wine), "--model", "mian", check=False)
    assert (run.returncode, run.stdout) == (1, "")
    assert "did you mean 'main'?" in run.stderr


def test_steps_of_another_edit_are_noted_where_they_are_in_use(in_a_project, params):
    made_with = in_a_project(cleaners="# then") / OWN_STEPS
    lock = SimpleNamespace(sources={"preprocess": {OWN_STEPS: file_md5(made_with)}})
    of, used = SimpleNamespace(name="v1"), dataclasses.replace(params.preprocess, steps=("title",))
    assert _other_steps(of, lock, used) == []
    in_a_project(cleaners="# now")
    assert _other_steps(of, lock, params.preprocess) == []
    assert _other_steps(of, lock, used) == [
        "rows go through other steps than of v1: src/cleaners.py is another file here"
    ]
    made_with.unlink()
    with pytest.raises(ModelError, match=r"src/cleaners.py is not here: the model's rows go through"):
        _other_steps(of, lock, used)
