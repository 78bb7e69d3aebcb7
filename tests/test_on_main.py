"""The script by which the workflow `release` refuses a tag that main does not have."""

import subprocess

import pytest

from project import ROOT

SCRIPT = ROOT / ".github/on_main.sh"


@pytest.fixture
def clone(tmp_path):
    """A clone whose origin has main and a branch, each with a tag."""
    origin = tmp_path / "origin"
    origin.mkdir()

    def git(*arguments, folder=origin):
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)

    def commit(tag):
        git("commit", "-q", "--allow-empty", "-m", tag)
        git("tag", "-a", tag, "-m", tag)

    git("init", "-q", "-b", "main")
    commit("model@v1.0.0")
    git("checkout", "-q", "-b", "other")
    commit("model#prod#1")
    git("checkout", "-q", "main")
    commit("model@v1.1.0")
    git("clone", "-q", str(origin), str(tmp_path / "clone"), folder=tmp_path)
    return tmp_path / "clone"


def ask(clone, *arguments):
    run = subprocess.run([SCRIPT, *arguments], cwd=clone, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


def test_a_tag_on_main_is_let_through_whether_or_not_it_is_its_end(clone):
    for tag in ("model@v1.0.0", "model@v1.1.0"):
        status, said = ask(clone, tag)
        assert (status, said.startswith(f"{tag} is on main: ")) == (0, True)


def test_a_tag_on_a_commit_that_main_does_not_have_is_refused(clone):
    status, said = ask(clone, "model#prod#1")
    assert status == 1
    assert said.startswith("error: the commit of model#prod#1 (")
    assert "is not on main: nothing is released" in said


def test_what_is_no_tag_is_refused(clone):
    assert ask(clone, "model@v9.9.9")[0] == 1
    assert "there is no tag 'main' here" in ask(clone, "main")[1]
    assert ask(clone)[0] == 1


def test_the_workflow_asks_it_before_anything_else():
    from retrace.core.checked_yaml import load_yaml

    steps = load_yaml(ROOT / ".github/workflows/release.yml")["jobs"]["release"]["steps"]
    assert [step.get("run") for step in steps][:2] == [None, "make onmain"]
    assert steps[0]["with"]["fetch-depth"] == 0
