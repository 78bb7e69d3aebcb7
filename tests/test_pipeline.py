"""The pipeline as a user runs it: DVC in a repository of its own."""

import json
import re
import shutil
import sys
import textwrap

import pandas as pd
import pytest

from project import ROOT

pytestmark = pytest.mark.slow


def stages_run(run):
    return [line.split("'")[1] for line in run.stdout.splitlines() if line.startswith("Running stage")]


def lock_after_force(repository):
    before = repository.read("dvc.lock")
    repository.dvc("repro", "--force")
    return before, repository.read("dvc.lock")


@pytest.fixture
def copy_of_reproduced(reproduced, tmp_path):
    """A copy that a test may change."""
    return reproduced.copy_to(tmp_path / "copy")


def test_first_run_makes_everything_and_says_where_it_is(reproduced):
    printed = reproduced.first_run.stdout
    assert stages_run(reproduced.first_run) == ["read_data", "preprocess", "split", "train", "report"]
    for path in ("metrics.json", "report/report.md", "report/index.html", "report/predictions.csv"):
        assert (reproduced / path).is_file()
    accuracy = json.loads(reproduced.read("metrics.json"))["test"]["accuracy"]
    assert f"accuracy             test {accuracy:.4f}" in printed
    assert "report     report/index.html" in printed
    assert "made from  " in printed


def test_a_second_run_runs_nothing_even_where_a_model_not_in_use_was_changed(
    copy_of_reproduced,
):
    copy_of_reproduced.set(models__cnn__learning_rate=0.5)
    assert stages_run(copy_of_reproduced.run(sys.executable, "-m", "retrace", "repro")) == []


@pytest.mark.long  # `retrace verify` does so with another model, in tests/tools/running/test_reruns.py
def test_a_forced_run_leaves_the_lock_unchanged_for_wine_with_random_forest(repository):
    repository.set(data="wine", model="random_forest")
    repository.dvc("repro")
    before, after = lock_after_force(repository)
    assert before == after


@pytest.mark.long  # `make same` makes it as well
def test_a_forced_run_leaves_the_lock_unchanged_for_digits_with_cnn(repository):
    repository.set(data="digits", model="cnn", models__cnn__epochs=4)
    repository.dvc("repro")
    before, after = lock_after_force(repository)
    assert before == after


@pytest.fixture
def committed(copy_of_reproduced):
    copy_of_reproduced.run("git", "add", "-A")
    copy_of_reproduced.run("git", "commit", "-qm", "wine")
    return copy_of_reproduced


@pytest.mark.long  # each kind of change alone is seen by the tests around
def test_an_experiment_runs_what_its_parameters_change(committed):
    repository = committed
    other = repository.dvc("exp", "run", "-S", "data=digits", "-S", "model=gaussian_nb")
    assert stages_run(other) == ["read_data", "preprocess", "split", "train", "report"]
    unused = repository.dvc("exp", "run", "-S", "models.cnn.learning_rate=0.5")
    assert stages_run(unused) == []
    used = repository.dvc("exp", "run", "-S", "models.gaussian_nb.var_smoothing=1e-8")
    assert stages_run(used) == ["train", "report"]
    shown = json.loads(repository.dvc("exp", "show", "--json").stdout)
    models = [
        experiment["revs"][0]["data"]["params"]["params.yaml"]["data"]["model"]
        for baseline in shown
        for experiment in baseline["experiments"] or []
    ]
    assert models == ["gaussian_nb"] * 3


def test_an_experiment_with_another_training_seed_keeps_the_test_rows(committed):
    before = committed.read("cache/test.pkl")
    run = committed.dvc("exp", "run", "--name", "seed-1", "-S", "seed=1")
    assert stages_run(run) == ["train", "report"]
    assert committed.read("cache/test.pkl") == before
    assert "/seed-1" in committed.run("git", "for-each-ref", "refs/exps/**/seed-1").stdout


def test_plots_are_drawn_by_dvc(reproduced):
    shown = json.loads(reproduced.dvc("plots", "show", "--json").stdout)
    assert {name.split(":")[-1] for name in shown["data"]} == {
        "Confusion matrix of the test part",
        "Loss by epoch",
        "Accuracy by epoch",
    }
    assert not shown.get("errors")


def test_a_stage_runs_by_hand_as_dvc_runs_it(reproduced):
    before = reproduced.read("cache/model.joblib")
    assert reproduced.stage("train").stdout == "train: logistic_regression on 107 rows\n"
    assert reproduced.read("cache/model.joblib") == before


def yaml_of_the_page(first_key):
    page = (ROOT / "docs/your-own-data.md").read_text()
    found = re.search(rf"```yaml\n( *{first_key}:.*?)```", page, flags=re.DOTALL)
    return textwrap.dedent(found.group(1))


def bring_titanic(project, titanic_csv):
    described = yaml_of_the_page("title") + yaml_of_the_page("schema")
    (project / "data/titanic.yaml").write_text(described)
    (project / "data/titanic").mkdir()
    shutil.copy(titanic_csv, project / "data/titanic/titanic.csv")


@pytest.mark.long
def test_titanic_is_brought_in_as_the_documentation_says(repository, titanic_csv):
    bring_titanic(repository, titanic_csv)
    repository.dvc("add", "data/titanic")
    choices = ["-S", "data=titanic", "-S", "model=hist_gradient_boosting", "-S", "report.slices=[Sex]"]
    repository.dvc("exp", "run", *choices)
    metrics = json.loads(repository.read("metrics.json"))["test"]
    assert metrics["accuracy"] > 0.75
    assert metrics["n"] == 223
    report = repository.read("report/report.md").decode()
    assert "Passengers of the Titanic" in report
    assert "The schema of data/titanic.yaml held: 6 columns, 14 checks." in report.replace("\\_", "_")
    assert re.search(r"\| female \| 79 \| 0\.\d{4} \(0\.\d{4} to 0\.\d{4}\) \|", report)
    assert "Warning" not in report


def test_a_table_that_breaks_its_schema_is_refused_as_the_documentation_shows(project, titanic_csv):
    bring_titanic(project, titanic_csv)
    table = pd.read_csv(titanic_csv)
    table.loc[1, "Age"], table.loc[4, "Sex"] = -38.0, "mail"
    table.to_csv(project / "data/titanic/titanic.csv", index=False)
    project.set(data="titanic")
    run = project.stage("read_data", check=False)
    assert run.returncode == 1
    assert f"```\n{run.stderr}```" in (ROOT / "docs/your-own-data.md").read_text()
    assert not (project / "cache/raw.pkl").exists()
