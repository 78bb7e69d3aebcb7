from dataclasses import replace

import pytest

from retrace.tools.repository.git import find_tree
from retrace.tools.repository.lock import parse_lock
from retrace.tools.repository.stages import Dependency, Result, Stage
from retrace.tools.repository.staleness import all_problems, problems, stale_stages

TRUE = Stage(
    name="train",
    cmd="python src/train.py",
    locked_cmd="python src/train.py",
    dependencies=[Dependency(path="src/train.py", locked="a", now="a")],
    results=[
        Result(path="cache/model.joblib", locked="m"),
        Result(path="metrics.json", locked="b", now="b", in_git=True),
    ],
    params={"params.yaml": {"model": "svm", "models.svm": {"C": 1.0, "class_weight": None}}},
    locked_params={"params.yaml": {"model": "svm", "models.svm": {"C": 1.0, "class_weight": None}}},
    dropped=[],
)


def with_dependency(**values):
    return replace(
        TRUE, dependencies=[Dependency(**({"path": "x", "locked": "a", "now": "b"} | values))]
    )


def with_params(**values):
    return replace(TRUE, params={"params.yaml": TRUE.params["params.yaml"] | values})


def with_result(**values):
    return replace(TRUE, results=[Result(**({"path": "metrics.json", "in_git": True} | values))])


def test_a_true_stage_has_no_problem():
    assert problems(TRUE) == []


@pytest.mark.parametrize(
    ("stage", "phrase"),
    [
        (replace(TRUE, locked_cmd=None), "is not in dvc.lock: it has not run yet"),
        (replace(TRUE, cmd="python x.py"), "cmd is 'python x.py', was 'python src/train.py'"),
        (with_dependency(), "x changed"),
        (with_dependency(inside=("x/a.py", "x/b.py")), "x changed (x/a.py, x/b.py)"),
        (with_dependency(now=None), "x is not here"),
        (with_dependency(locked=None), "x is a new dependency"),
        (with_dependency(made_by="data/x.dvc"), "x changed: data/x.dvc names other data"),
        (
            with_dependency(made_by="split"),
            "x is not the one that `split` made (a here, b there): dvc.lock mixes two runs",
        ),
        (with_params(model="knn"), "params.yaml: model is knn, was svm"),
        (with_result(locked="a", now="b"), "metrics.json is not the one that this run made"),
        (with_result(locked="a", now=None), "metrics.json is not here"),
        (with_result(locked=None, now="a"), "metrics.json is a new output"),
    ],
)
def test_a_cause_is_named(stage, phrase):
    assert problems(stage) == [phrase]


def test_a_changed_section_names_each_key_with_both_values():
    stage = with_params(**{"models.svm": {"C": 2.0, "class_weight": "balanced", "gamma": True}})
    assert problems(stage) == [
        "params.yaml: models.svm.C is 2.0, was 1.0",
        "params.yaml: models.svm.class_weight is balanced, was empty",
        "params.yaml: models.svm.gamma is new (true)",
    ]


def test_a_parameter_that_is_gone_is_named_with_its_last_value():
    stage = replace(TRUE, params={"params.yaml": {"model": "svm"}})
    assert problems(stage) == ["params.yaml: models.svm is gone (was {C: 1.0, class_weight: empty})"]


def test_an_output_under_dvc_need_not_be_here():
    assert problems(replace(TRUE, results=[Result(path="cache/model.joblib", locked="m")])) == []


def test_what_dvc_overlooks_is_named_only_where_nothing_else_makes_the_stage_run():
    dropped = replace(TRUE, dropped=["src/old.py"])
    assert "run `dvc repro --force train`" in problems(dropped)[0]
    assert problems(replace(dropped, cmd="x")) == ["cmd is 'x', was 'python src/train.py'"]


def test_what_several_stages_share_is_one_line():
    other = replace(with_dependency(), cmd="x")
    assert all_problems([with_dependency(), replace(other, name="report")]) == [
        "every stage: x changed",
        "report: cmd is 'x', was 'python src/train.py'",
    ]
    assert all_problems([TRUE, with_dependency()]) == ["train: x changed"]


def test_of_many_files_in_a_folder_some_are_named():
    stage = with_dependency(inside=tuple("abcde"))
    assert problems(stage) == ["x changed (a, b, c, 2 more)"]


@pytest.mark.slow
def test_a_committed_run_is_true_until_its_files_change(reproduced, tmp_path, monkeypatch):
    copy = tmp_path / "copy"
    reproduced.run("git", "clone", "-q", ".", str(copy))
    (copy / "dvc.lock").write_bytes(reproduced.read("dvc.lock"))
    monkeypatch.chdir(copy)
    lock = parse_lock((copy / "dvc.lock").read_bytes(), "dvc.lock")
    assert stale_stages(find_tree("HEAD"), lock) == {}
    (copy / "src/retrace/models/new.py").write_text("")
    (copy / "src/retrace/splitting/methods.py").write_text("")
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    reproduced.run("git", "-C", str(copy), "add", "-A")
    reproduced.run("git", "-C", str(copy), *identity, "commit", "-qm", "edit")
    assert stale_stages(find_tree("HEAD"), lock) == {
        "split": "src/retrace/splitting",
        "train": "src/retrace/models",
        "report": "src/retrace/models",
    }
