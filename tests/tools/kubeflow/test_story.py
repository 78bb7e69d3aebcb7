"""The whole pipeline on Kubeflow Pipelines' own local runner, against `dvc repro`."""

import importlib.util
import re
import sys

import pytest

pytestmark = [
    pytest.mark.long,
    pytest.mark.slow,
    pytest.mark.skipif(  # it is looked for, not loaded: that takes a second in each process
        importlib.util.find_spec("kfp") is None,
        reason="Kubeflow Pipelines' SDK is not installed: requirements-kfp.txt",
    ),
]

KEPT = ["dvc.lock", "metrics.json", "report/report.md", "report/predictions.csv", "cache/model.joblib"]


@pytest.fixture(scope="module")
def expected(reproduced, tmp_path_factory):
    """What `retrace repro` makes where each stage starts cold, as it does in a component."""
    folder = tmp_path_factory.mktemp("repro") / "copy"
    project = reproduced.copy_to(folder)
    project.run(sys.executable, "-m", "retrace", "repro", "--force", warm=False)
    return project


@pytest.fixture(scope="module")
def clone(reproduced, tmp_path_factory):
    """A repository as it was before it ran."""
    folder = tmp_path_factory.mktemp("kfp") / "clone"
    project = reproduced.copy_to(folder)
    project.run("git", "checkout", "-q", "--", ".")
    project.run("git", "clean", "-qfdx", "-e", ".dvc/tmp")
    return project


def run(project, *options):
    """Run it by KFP; return the name of the run, and which stages ran."""
    said = project.retrace("kfp", "run", *options).stdout
    found = re.search(r"^run (\S+): (?:ran (.+)|no stage ran)", said, re.MULTILINE)
    return found[1], found[2].split(", ") if found[2] else []


def test_a_run_of_kfp_is_that_of_dvc_and_runs_only_what_changed(clone, expected):
    first, ran = run(clone)
    assert ran == ["read_data", "preprocess", "split", "train", "report"]
    clone.retrace("kfp", "pull", first)
    for name in KEPT:
        assert clone.read(name) == expected.read(name), name
    assert "up to date" in clone.dvc("status").stdout
    assert run(clone)[1] == []

    clone.run("git", "add", "-A")
    clone.run("git", "commit", "-qm", "a run of KFP")
    second, ran = run(clone, "-S", "report.mistakes=3")
    assert ran == ["report"]
    third, ran = run(clone, "-S", "models.logistic_regression.C=0.01")
    assert ran == ["train", "report"]

    said = clone.retrace("kfp", "pull", third).stdout
    assert "params: models.logistic_regression.C=0.01" in said
    clone.dvc("exp", "save", "--name", "third")
    clone.retrace("kfp", "pull", second, "--force")
    assert "up to date" in clone.dvc("status").stdout
    clone.dvc("exp", "save", "--name", "second")
    said = clone.retrace("compare", "second", "third").stdout
    assert re.search(r"models\.logistic_regression\.C.*0\.01", said)
    assert re.search(r"report\.mistakes.*3", said)
