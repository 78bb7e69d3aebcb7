import gto.api
import pytest

from retrace.core.errors import ModelError, RetraceError
from retrace.tools.registry import Policy
from retrace.tools.registry.promotion import plan_promotion, plan_rollback
from retrace.tools.repository.versions import commit_of_version


def promote(name="HEAD", stage="prod", **options):
    plan = plan_promotion(name, stage, **{"bump": "minor", "policy": None} | options)
    plan.carry_out()
    return plan


def test_a_version_goes_into_a_second_stage_without_a_new_number(models):
    models.train(0.8)
    assert promote(stage="test").tags == ("model@v1.0.0", "model#test#1")
    assert promote("v1.0.0").tags == ("model#prod#1",)


def test_a_model_that_is_there_is_not_promoted_again(models):
    models.train(0.8)
    promote()
    with pytest.raises(RetraceError, match=r"prod has this model already \(v1.0.0\)"):
        promote()


def test_the_policy_is_that_of_dvc_yaml(models):
    models.write("dvc.yaml", "artifacts:\n  model:\n    path: a\n    meta:\n      promote: better\n")
    models.train(0.8)
    promote()
    models.train(0.805)
    with pytest.raises(RetraceError, match="prod keeps v1") as caught:
        promote()
    assert "(policy: better)" in caught.value.details[0]
    assert promote(policy=Policy.NOT_WORSE).version == "v1.1.0"


def test_an_unknown_policy_in_dvc_yaml_names_the_nearest(models):
    models.write("dvc.yaml", "artifacts:\n  model:\n    path: a\n    meta:\n      promote: beter\n")
    models.train(0.8)
    with pytest.raises(RetraceError, match="did you mean 'better'"):
        promote()


def with_onnx(models, value):
    models.write("dvc.yaml", f"artifacts:\n  model:\n    path: a\n    meta:\n      onnx: {value}\n")
    models.train(0.8)


def test_dvc_yaml_says_whether_the_export_must_agree(models):
    def disagree(name):
        raise ModelError("28 of 1198 answers differ")

    with_onnx(models, "true")
    with pytest.raises(RetraceError, match=r"1 of 6 gates failed \(ONNX export\)") as caught:
        promote(check_export=disagree)
    assert caught.value.details == ("ONNX export: 28 of 1198 answers differ",)
    with pytest.raises(RetraceError, match="nothing here exports models: say false, or `--no-onnx`"):
        promote()
    assert "ONNX" not in promote(check_export=disagree, onnx=False).message


def test_an_export_that_agrees_is_evidence(models):
    models.train(0.8)
    assert "ONNX export: all agree" in promote(check_export=lambda name: "all agree", onnx=True).message


def test_onnx_in_dvc_yaml_is_yes_or_no(models):
    with_onnx(models, "always")
    with pytest.raises(RetraceError, match=r"model.meta.onnx: got 'always'; allowed: true, false"):
        promote()


def test_rolling_back_twice_goes_back_two_models(models):
    commits = []
    for right in (0.7, 0.8, 0.9):
        commits.append(models.train(right))
        promote()
    for expected in (commits[1], commits[0]):
        plan_rollback("prod").carry_out()
        assert commit_of_version("prod") == expected
    with pytest.raises(RetraceError, match=r"cannot be rolled back: only v1.0.0 was in it"):
        plan_rollback("prod")


def test_after_a_rollback_the_gate_compares_with_what_is_there_now(models):
    models.train(0.7)
    promote()
    models.train(0.95)
    promote()
    plan_rollback("prod").carry_out()
    models.train(0.8)
    assert "of `model@v1.0.0`" in promote().message


@pytest.mark.parametrize("stage", ["Prod", "p", "a b", "prod!"])
def test_a_name_that_is_no_stage_is_refused(models, stage):
    with pytest.raises(RetraceError, match="allowed: small letters, digits and hyphens"):
        plan_promotion("HEAD", stage, bump="minor", policy=None)


def test_a_stage_that_gto_emptied_is_empty(models):
    models.train(0.8)
    promote()
    gto.api.unassign(".", "model", stage="prod", version="v1.0.0")
    assert commit_of_version("prod") is None
    models.train(0.6)
    plan = promote()
    assert "verdict: the first model in this stage" in plan.message
    assert plan.tags == ("model@v1.1.0", "model#prod#3")
    assert gto.api.show(".")["model"]["stage"] == {"prod": "v1.1.0"}


def test_a_stage_of_no_name_names_the_nearest(models):
    models.train(0.8)
    promote()
    with pytest.raises(RetraceError, match=r"nothing was in it .*did you mean 'prod'"):
        plan_rollback("prd")
