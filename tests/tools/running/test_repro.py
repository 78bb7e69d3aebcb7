import json
import re
import shutil
import sys

import pytest

from project import Project
from retrace.core.errors import RetraceError
from retrace.tools.repository.reproduction import check_options
from retrace.tools.running.repro import _hint


def retrace(project, *arguments, **options):
    return project.run(sys.executable, "-m", "retrace", *arguments, **options)


def test_help_names_the_subcommands(tmp_path):
    assert "repro" in Project(tmp_path).retrace("--help").stdout


def test_the_hint_says_pull_only_where_dvc_knows_the_folder(tmp_path):
    folder = tmp_path / "mine"
    assert "mend it and run again" in _hint(folder)
    (tmp_path / "mine.dvc").touch()
    assert f"run `dvc pull {folder}`" in _hint(folder)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--forec", "--forec is no option of `retrace repro` (did you mean '--force'?)"),
        ("--glob=3", "argument --glob: ignored explicit argument '3'"),
    ],
)
def test_a_wrong_option_is_one_line(option, said):
    with pytest.raises(RetraceError, match=re.escape(f"{said}: `dvc repro --help` tells all")):
        check_options(["train", option])


def test_options_are_those_of_dvc_in_each_way_to_write_them():
    check_options(["-fq", "--no-comm", "train", "report"])


def test_a_metric_of_the_other_task_is_refused_before_anything_runs(project):
    project.set(data="diabetes", model="ridge")
    run = project.retrace("repro", check=False)
    assert "metric: got 'accuracy', but data 'diabetes' is a regression; allowed: mae" in run.stderr
    assert not (project / "cache").exists()


@pytest.mark.slow
def test_what_a_run_took_is_noted_beside_the_outputs(reproduced):
    noted = json.loads(reproduced.read(".retrace/last_run.json"))
    assert noted["stages"] == ["read_data", "preprocess", "split", "train", "report"]
    assert f"dvc.lock {noted['dvc.lock']}" in reproduced.first_run.stdout
    assert f"took {noted['seconds']:.1f} s" in reproduced.first_run.stdout


@pytest.mark.slow
def test_a_run_that_stops_before_the_report_prints_no_scores(reproduced):
    assert "accuracy" not in reproduced.retrace("repro", "split").stdout


@pytest.mark.slow
def test_options_are_those_of_dvc_repro(reproduced):
    dry = retrace(reproduced, "repro", "--force", "--dry", "report")
    assert "Running stage 'report'" in dry.stdout
    assert "checked" not in dry.stdout


@pytest.mark.slow
def test_a_failing_stage_fails_the_command_and_keeps_what_was_finished(pipeline):
    report = pipeline.read("report.py").decode()
    (pipeline / "report.py").write_text(f"raise SystemExit('error: no luck')\n{report}")
    for path in ("cache/model.joblib", "report/report.md", "metrics.json", "dvc.lock"):
        (pipeline / path).unlink()
    run = retrace(pipeline, "repro", check=False)
    assert run.returncode == 1
    assert "error: no luck" in run.stderr
    assert "Traceback" not in run.stderr
    assert (pipeline / "cache/model.joblib").exists()
    assert not (pipeline / "report/report.md").exists()


@pytest.mark.slow
def test_it_works_before_the_first_commit(pipeline):
    shutil.rmtree(pipeline / ".git")
    pipeline.run("git", "init", "-q")
    assert "made from  no Git commit yet" in pipeline.retrace("repro", "--force").stdout


@pytest.mark.slow
@pytest.mark.parametrize("freeze", [True, False])
def test_scores_are_shown_under_the_model_that_made_them(pipeline, freeze):
    if freeze:
        text = pipeline.read("dvc.yaml").decode()
        (pipeline / "dvc.yaml").write_text(text.replace("  train:\n", "  train:\n    frozen: true\n"))
    (pipeline / "report.py").write_text(pipeline.read("report.py").decode() + "# edited\n")
    pipeline.set(model="svm")
    arguments = ["repro"] if freeze else ["repro", "-s", "report"]
    assert "\nlogistic_regression on wine: 5 test rows\n" in pipeline.retrace(*arguments).stdout
    checked = pipeline.retrace("check", check=False)
    assert "train: params.yaml: model is svm, was logistic_regression" in checked.stderr
