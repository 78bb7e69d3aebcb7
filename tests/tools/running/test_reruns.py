import json
import sys

import pytest

from project import ROOT, warm_python
from retrace.core.errors import RetraceError
from retrace.tools.running import reruns
from retrace.tools.running.reruns import (
    PipelineRun,
    compare_runs,
    compare_with_lock,
    copy_workspace,
    largest_metric_difference,
    rerun,
)


def run_with(folder, outputs, accuracy=0.9, params="{seed: 1}"):
    folder.mkdir()
    lines = [f"    - {{path: {path}, md5: '{md5 * 32}'}}" for path, md5 in outputs.items()]
    (folder / "dvc.lock").write_text(
        "schema: '2.0'\nstages:\n  train:\n    cmd: x\n"
        f"    deps:\n    - {{path: src/train.py, md5: '{'5' * 32}'}}\n"
        f"    params: {{params.yaml: {params}}}\n    outs:\n" + "\n".join(lines) + "\n"
    )
    (folder / "metrics.json").write_text(json.dumps({"test": {"accuracy": accuracy, "n": 5}}))
    return PipelineRun(folder=folder)


MADE = {"cache/environment.json": "e", "cache/model.joblib": "b"}


def test_runs_that_differ_name_stage_and_file(tmp_path):
    first = run_with(tmp_path / "a", MADE)
    other = run_with(tmp_path / "b", MADE | {"cache/model.joblib": "c"})
    assert compare_runs(first, other) == ["train: cache/model.joblib"]
    assert compare_runs(first, first) == []


def test_the_same_machine_is_compared_byte_by_byte(tmp_path):
    lock = run_with(tmp_path / "lock", MADE)
    run = run_with(tmp_path / "run", MADE | {"cache/model.joblib": "c"})
    assert compare_with_lock(run, lock.folder) == (
        ["train: cache/model.joblib"],
        "with dvc.lock, byte by byte",
    )


@pytest.mark.parametrize(("accuracy", "different"), [(0.91, []), (0.7, ["report: metrics.json"])])
def test_another_machine_is_compared_by_its_metrics(tmp_path, accuracy, different):
    lock = run_with(tmp_path / "lock", MADE | {"cache/environment.json": "d"})
    found, how = compare_with_lock(run_with(tmp_path / "run", MADE, accuracy), lock.folder)
    assert found == different
    assert "of another machine or versions" in how


def test_a_lock_of_other_params_is_not_compared(tmp_path):
    lock = run_with(tmp_path / "lock", MADE, params="{seed: 2}")
    found, how = compare_with_lock(run_with(tmp_path / "run", MADE), lock.folder)
    assert (found, how) == ([], "not with dvc.lock, which is of other code, data or params (train)")


def test_metric_differences_leave_counts_out(tmp_path):
    first, second = (
        run_with(tmp_path / name, MADE, accuracy) for name, accuracy in (("a", 0.5), ("b", 0.75))
    )
    assert largest_metric_difference(first, second) == 0.25


def test_a_copy_starts_from_nothing(tmp_path):
    copy = copy_workspace(tmp_path / "copy", ROOT)
    assert (copy / "src/train.py").exists()
    assert not (copy / "dvc.lock").exists()
    assert not (copy / ".git").exists()
    assert not (copy / "cache").exists()


@pytest.mark.slow
def test_a_stage_that_does_not_repeat_is_named(pipeline):
    # A run finds the library in its own folder, and this small one holds none.
    (pipeline / "src").mkdir()
    (pipeline / "src/sitecustomize.py").write_text(
        f"import sys\nsys.path.append({str(ROOT / 'src')!r})\n"
    )
    script = pipeline.read("report.py").decode()
    (pipeline / "report.py").write_text(
        f'{script}pathlib.Path("report/report.md").write_text(str(hash("a")))\n'
    )
    run = pipeline.retrace("verify", check=False)
    assert run.returncode == 1
    assert run.stderr.startswith("error: two runs of the same inputs differ in report: report/report.md")


@pytest.mark.long
def test_verify_compares_with_the_lock_byte_by_byte(reproduced, tmp_path, monkeypatch):
    copy = reproduced.copy_to(tmp_path / "copy")
    pairs = copy / "benchmarks/pairs.json"  # of other versions: test_pairs.py makes some of them
    pairs.write_text(pairs.read_text().replace('"numpy": "', '"numpy": "0.'))
    monkeypatch.setattr(reruns, "hash_seeds", lambda runs: [{}] * runs)  # each would be a cold start
    said = copy.retrace("verify").stdout
    assert "no pairs compared: here is" in said
    assert "15 outputs are the same, byte by byte, in 2 runs" in said
    assert "compared with dvc.lock, byte by byte: the same" in said


@pytest.mark.slow
def test_a_run_that_fails_says_what_the_stage_said(pipeline, monkeypatch):
    monkeypatch.setattr(sys, "executable", warm_python())
    (pipeline / "src").symlink_to(ROOT / "src")
    (pipeline / "train.py").write_text("raise SystemExit('error: no luck')")
    with pytest.raises(RetraceError, match=r"the pipeline does not run in .*error: no luck"):
        rerun(pipeline.folder)


def test_a_copy_holds_the_data_that_git_ignores_but_no_other_ignored_files(project, tmp_path_factory):
    project.run("git", "init", "-q")
    for path in ("data/newsgroups/20news-bydate.tar.gz", "cache/raw.pkl"):
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text("x")
    copy = copy_workspace(tmp_path_factory.mktemp("copy"), project.folder)
    assert (copy / "data/newsgroups/20news-bydate.tar.gz").is_file()
    assert not (copy / "cache").exists()
