"""What is edited while a stage runs is in no lock; each edit is really made, in a run that waits."""

import pytest

pytestmark = pytest.mark.slow


def edit_params(pipeline):
    pipeline.set(models__logistic_regression__C=3.0)


def edit_model_and_code(pipeline):
    pipeline.set(model="svm")
    (pipeline / "train.py").write_text(pipeline.read("train.py").decode() + "# edited\n")


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (edit_params, "params.yaml: models.logistic_regression"),
        (edit_model_and_code, "train.py, params.yaml: model"),
    ],
)
def test_a_stage_whose_inputs_change_while_it_runs_is_not_recorded(pipeline, edit, named):
    lock = pipeline.read("dvc.lock")
    run = pipeline.start_training("retrace", "repro", C=2.0, warm=True)
    edit(pipeline)
    pipeline.let_go()
    _, error = run.communicate()
    assert run.returncode == 1
    assert f": {named} changed while 'train' ran, so it is not recorded: run again" in error
    assert "Traceback" not in error
    assert pipeline.read("dvc.lock") == lock
    assert pipeline.read("cache/model.joblib") == b"1.0"
    assert not list((pipeline / ".dvc/cache/runs").rglob("*.unfinished"))


def test_what_no_stage_depends_on_may_be_edited(pipeline):
    run = pipeline.start_training("retrace", "repro", C=2.0, warm=True)
    (pipeline / "README.md").write_text("edited\n")
    pipeline.set(models__svm__C=3.0)
    pipeline.let_go()
    assert run.communicate()[1] == ""
    assert pipeline.is_true(C=2.0)
