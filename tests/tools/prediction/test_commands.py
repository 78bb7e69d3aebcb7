import io
import json
import shutil
import sys
from types import SimpleNamespace

import pandas as pd
import pytest
from sklearn.datasets import load_wine

from project import Project
from retrace.core.artifacts import file_md5


@pytest.fixture(scope="module")
def wine(tmp_path_factory):
    path = tmp_path_factory.mktemp("new") / "wine.csv"
    load_wine(as_frame=True).data.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def published(reproduced, tmp_path_factory):
    """A clone whose run is committed as version v1.0.0, and pushed to a remote."""
    folder = tmp_path_factory.mktemp("published")
    clone = Project(shutil.copytree(reproduced.folder, folder / "clone", symlinks=True))
    clone.add_remote(folder / "store")
    clone.run("git", "add", "-A")
    clone.run("git", "commit", "-qm", "the run")
    clone.run("git", "tag", "-a", "model@v1.0.0", "-m", "the first")
    clone.dvc("push", "-q", "cache/model.joblib")
    return clone


def judged(project):
    """Return what the report says, by the id of a row."""
    table = pd.read_csv(project / "report/predictions.csv").set_index("id")
    return table.filter(regex="^p(redicted|_)").sort_index()


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_answers_are_those_of_the_report_in_every_format(reproduced, wine, tmp_path, suffix):
    output = tmp_path / f"answers.{suffix}"
    reproduced.retrace("predict", str(wine), "--output", str(output))
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "jsonl": pd.read_json}[suffix]
    options = {"lines": True, "precise_float": True} if suffix == "jsonl" else {}
    expected = judged(reproduced)
    answers = read(output, **options).set_index("id").loc[expected.index]
    pd.testing.assert_frame_equal(answers, expected, check_dtype=False, rtol=0, atol=1e-15)


@pytest.mark.slow
def test_a_file_beside_the_answers_says_which_model_it_was(reproduced, wine, tmp_path):
    output = tmp_path / "answers.csv"
    run = reproduced.retrace("predict", str(wine), "--output", str(output))
    noted = json.loads((tmp_path / "answers.csv.made_from.json").read_text())
    assert noted["model"]["md5"] == file_md5(reproduced / "cache/model.joblib")
    assert noted["model"]["dvc.lock"] in reproduced.first_run.stdout
    assert noted["output"] == {"md5": file_md5(output), "rows": 178}
    assert run.stdout.startswith("178 rows: ")


@pytest.mark.slow
def test_standard_input_to_standard_output(reproduced, wine, monkeypatch):
    stdin = SimpleNamespace(buffer=io.BytesIO(wine.read_bytes()))
    monkeypatch.setattr(sys, "stdin", stdin)
    run = reproduced.retrace("predict", "-")
    assert run.stdout.splitlines()[0] == "id,predicted,p_class_0,p_class_1,p_class_2"
    assert len(run.stdout.splitlines()) == 179


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


@pytest.mark.slow
def test_an_output_of_no_known_format_is_refused_before_anything_is_done(reproduced, wine, tmp_path):
    run = reproduced.retrace("predict", str(wine), "--output", str(tmp_path / "a.xls"), check=False)
    assert "allowed: a name that ends in .csv, .parquet, .jsonl" in run.stderr
    assert not list(tmp_path.iterdir())
