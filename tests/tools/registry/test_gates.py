import pytest

from made_runs import labelled
from retrace.core.errors import ModelError
from retrace.tools.registry import Policy
from retrace.tools.registry.gates import pass_gates
from retrace.tools.repository.git import find_tree
from retrace.tools.repository.sides import read_side


def gates(name="main", current=None, *, policy=Policy.NOT_WORSE, accepted=(), **options):
    sides = [read_side(find_tree(each)) if each else None for each in (name, current)]
    found = pass_gates(*sides, policy=policy, accepted=accepted, **{"local": False} | options)
    return {gate.name: gate for gate in found}


def test_a_model_on_main_that_all_can_have_passes(models):
    models.train(0.8)
    found = gates()
    assert all(gate.passed for gate in found.values())
    assert found["verdict"].reason == "the first model in this stage"


def test_what_is_not_on_main_does_not_pass(models):
    models.train(0.8)
    models.train(0.9, branch="side")
    assert gates("side")["on main"].reason == "main does not have it: merge it first"


def test_a_lock_that_is_not_true_does_not_pass(models):
    models.train(0.8)
    models.write("src/train.py", "other code")
    models.git("commit", "-qam", "code without a run")
    found = gates()["dvc.lock"]
    assert not found.passed
    assert "train: src/train.py changed since" in found.reason


def test_what_the_remote_lacks_does_not_pass_unless_local(models):
    models.train(0.8, push=False)
    found = gates()["on the remote"]
    assert not found.passed
    assert "cache/model.joblib" in found.reason
    assert gates(local=True)["on the remote"].passed


def test_warnings_of_the_data_checks_must_be_accepted(models):
    models.warnings = ("column 'x' gives the target away",)
    models.train(0.8)
    assert "gives the target away" in gates()["data checks"].reason
    assert not gates(accepted=["drift"])["data checks"].passed
    assert gates(accepted=["target away"])["data checks"].passed


@pytest.mark.parametrize(
    ("right", "policy", "passed"),
    [
        (0.6, Policy.NOT_WORSE, False),
        (0.6, Policy.ANY, True),
        (0.805, Policy.NOT_WORSE, True),
        (0.805, Policy.BETTER, False),
        (0.95, Policy.BETTER, True),
    ],
)
def test_the_verdict_against_the_model_in_the_stage_decides(models, right, policy, passed):
    models.train(0.8)
    models.git("tag", "before")
    models.train(right)
    assert gates(current="before", policy=policy)["verdict"].passed is passed


def test_what_cannot_be_compared_is_left_to_a_person(models):
    models.train(0.8)
    models.git("tag", "before")
    models.commit(labelled(n=300))
    found = gates(current="before")["verdict"]
    assert not found.passed
    assert found.reason.startswith("not comparable: ")
    assert gates(current="before", policy=Policy.ANY)["verdict"].passed


def test_an_export_is_tried_where_one_is_asked_for(models):
    commit = models.train(0.8)

    def refuse(name):
        raise ModelError(f"{name} would say something else")

    assert "ONNX export" not in gates()
    assert gates(onnx=str.upper)["ONNX export"].reason == commit.upper()
    found = gates(onnx=refuse)["ONNX export"]
    assert (found.passed, found.reason) == (False, f"{commit} would say something else")
