import json
import subprocess
from functools import partial

import pytest

from made_runs import labelled
from retrace.core.errors import RetraceError
from retrace.tools.pull_request.gathering import (
    check_place,
    data_warnings,
    environment,
    gather,
    history,
)
from retrace.tools.repository.sides import load_side

opened = partial(gather, part="test", keep=False)


def names(changes):
    return [change.name for change in changes]


def test_a_branch_that_is_up_to_date_began_at_the_tip(runs):
    runs.commit(labelled())
    runs.commit(labelled(seed=1), branch="other", models__svm__C=3.0)
    request = opened("main")
    assert request.start is request.base
    assert not request.moved
    assert names(request.changes.params) == ["models.svm.C"]
    assert request.compared.judgement.comparison.n_units == 200


def test_the_verdict_is_on_the_tip_and_the_differences_since_the_branch_began(runs):
    began = runs.commit(labelled(right=0.9))
    runs.commit(labelled(right=0.9, seed=1), branch="other", models__svm__C=3.0)
    runs.git("switch", "-q", "main")
    tip = runs.commit(labelled(right=0.5), seed=9)
    runs.git("switch", "-q", "other")
    request = opened("main")
    assert request.moved
    assert request.behind == 1
    assert (request.start.tree.commit, request.base.tree.commit) == (began, tip)
    assert request.compared.judgement.verdict == "better"
    assert names(request.changes.params) == ["models.svm.C"]
    assert names(request.compared.differs.params) == ["seed", "models.svm.C"]


def test_a_base_without_a_run_is_a_first_run(runs):
    runs.git("add", "-A")
    runs.git("commit", "-qm", "nothing yet")
    runs.commit(labelled(), branch="other")
    request = opened("main")
    assert request.is_first
    assert request.changes is None
    assert not request.missing


def test_a_missing_base_is_said_and_no_failure(runs):
    runs.commit(labelled())
    request = opened("mian")
    assert request.is_first
    assert "did you mean 'main'" in request.missing


def test_without_a_commit_there_is_no_base(runs):
    runs.record(labelled())
    request = opened()
    assert request.is_first
    assert request.head.ran
    assert "no Git commit" in request.missing


def test_the_base_is_looked_for_at_the_remote_first(runs, tmp_path, monkeypatch):
    commit = runs.commit(labelled())
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(tmp_path), str(clone)], check=True)
    monkeypatch.chdir(clone)
    for base in (None, "main", "origin/main"):
        request = opened(base)
        assert (request.base_name, request.base.tree.commit) == ("main", commit)
    subprocess.run(["git", "remote", "rename", "origin", "upstream"], check=True, capture_output=True)
    assert opened("origin/main").base.tree.name == "main"
    subprocess.run(["git", "commit", "-q", "--allow-empty", "-m", "mine"], check=True)
    assert opened().base_name == "upstream/main"


def test_histories_that_do_not_meet_are_compared_with_the_tip(runs):
    runs.commit(labelled())
    runs.git("switch", "-q", "--orphan", "other")
    for path, content in (("src/train.py", "train"), ("data/made.yaml", "title: Made up")):
        runs.write(path, content)
    runs.write(".dvc/config", "[core]\n    no_scm = false\n")
    runs.record(labelled(seed=1), seed=5)
    runs.git("add", "-f", "dvc.lock", "metrics.json", "params.yaml", ".dvc/config", "src", "data")
    runs.git("commit", "-qm", "other")
    request = opened("main")
    assert request.start is None
    assert names(request.changes.params) == ["seed"]


def test_a_base_whose_lock_cannot_be_read_is_no_failure(runs):
    runs.record(labelled())
    runs.write("dvc.lock", "<<<<<<< HEAD\na: [\n")
    runs.git("add", "-A")
    runs.git("commit", "-qm", "conflict")
    runs.commit(labelled(), branch="other")
    assert "not valid YAML" in opened("main").missing


def test_another_place_is_a_mistake(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RetraceError, match="is not a Git repository"):
        check_place()
    subprocess.run(["git", "init", "-q"], check=True)
    with pytest.raises(RetraceError, match=r"has no \.dvc folder"):
        check_place()


def commit_with(runs, checks, history):
    """Record a run with small outputs, which lie in DVC's cache."""
    runs.record(labelled())
    lines = []
    for path, content in (("cache/data_checks.json", checks), ("report/training_history.csv", history)):
        found = runs.write("made", content)
        runs.write(f".dvc/cache/files/md5/{found[:2]}/{found[2:]}", content)
        lines.append(f"    - path: {path}\n      md5: {found}\n")
    lock = (runs.folder / "dvc.lock").read_text()
    assert "    outs: []\n" in lock
    runs.write("dvc.lock", lock.replace("    outs: []\n", f"    outs:\n{''.join(lines)}"))
    runs.git("add", "-A")
    runs.git("commit", "-qm", "run")
    return load_side("main")


def test_small_outputs_come_from_the_cache(runs):
    checks = json.dumps({"warnings": ["odd"], "checked": []})
    side = commit_with(runs, checks, "epoch,validation_loss\n1,0.5\n")
    assert data_warnings(side) == ["odd"]
    assert history(side)["validation_loss"].tolist() == [0.5]
    assert len(opened("main").rows) == 200


def test_what_is_not_at_hand_is_nothing(runs):
    runs.commit(labelled(), cached=False)
    side = load_side("main")
    assert environment(side) == {}
    assert data_warnings(side) is None
    assert history(side).empty
    assert opened("main").rows is None
    assert data_warnings(None) is None


def test_what_is_damaged_is_nothing(runs):
    side = commit_with(runs, "{", "")
    assert data_warnings(side) is None
    assert history(side).empty
    assert data_warnings(commit_with(runs, "[1]", "a\n1\n")) is None
