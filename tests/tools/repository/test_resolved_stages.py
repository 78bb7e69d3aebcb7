import subprocess

import pytest
from dvc.utils.serialize import dump_yaml

from retrace.core.errors import RetraceError
from retrace.tools.repository.resolved_stages import ignore_files, resolve_stages

PIPELINE = """\
stages:
  report:
    frozen: true
    desc: the last in the file
    cmd:
      - echo '\\${HOME}'
      - python report.py
    always_changed: true
    params: [report, model, "models.${model}"]
    deps: [out, report.py]
    metrics: [scores.json: {cache: false}]
  grid:
    matrix: {model: [svm, knn], seed: "${seeds}"}
    wdir: out
    cmd: python ../grid.py ${item.model} ${item.seed}
    deps: [../grid.py]
    outs: ["${item.model}-${item.seed}.txt": {persist: true}]
"""

PARAMS = "{report: {digits: 2}, model: svm, models: {svm: {C: 1.0}, knn: {k: 3}}, seeds: [1, 2]}\n"


@pytest.fixture
def stages(tmp_path, monkeypatch):
    files = {"dvc.yaml": PIPELINE, "params.yaml": PARAMS, "report.py": "", "grid.py": "", "out/keep": ""}
    for name, text in (files | {".dvc/config": "", ".dvcignore": ""}).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    monkeypatch.chdir(tmp_path)
    return {stage.name: stage for stage in resolve_stages()}


def test_stages_come_in_the_order_in_which_they_run_resolved(stages):
    assert list(stages) == ["grid@svm-1", "grid@svm-2", "grid@knn-1", "grid@knn-2", "report"]
    assert stages["grid@knn-2"].outputs == ("out/knn-2.txt",)
    assert stages["report"].inputs == tuple(
        f"out/{name}.txt" for name in ("knn-1", "knn-2", "svm-1", "svm-2")
    )
    assert stages["report"].params == {
        "params.yaml": {"report": {"digits": 2}, "model": "svm", "models.svm": {"C": 1.0}}
    }
    assert (stages["report"].shaping, stages["report"].always) == ({"params.yaml": ("model",)}, True)


def test_a_folder_of_both_holds_only_what_no_stage_makes(stages, tmp_path):
    out = next(source for source in stages["report"].sources if source.path == "out")
    (tmp_path / "out/svm-1.txt").write_text("made")
    again = next(stage for stage in resolve_stages() if stage.name == "report")
    assert out.files == ("out/keep",)
    assert out in again.sources


def test_dvc_reads_a_definition_as_the_stage_that_it_is_of(stages, tmp_path):
    for name, stage in stages.items():
        dump_yaml(str(tmp_path / "dvc.yaml"), stage.definition)
        (again,) = resolve_stages()
        assert again.name == name
        assert again.definition == stage.definition
    assert "frozen" not in str(stages["report"].definition)


def test_what_is_not_here_is_named(stages, tmp_path):
    (tmp_path / "grid.py").unlink()
    with pytest.raises(RetraceError, match=r"'grid@svm-1' depends on grid.py, which is not here"):
        resolve_stages()


def test_files_that_hide_others_from_dvc_are_found_in_any_folder(stages, tmp_path):
    (tmp_path / "out/.dvcignore").touch()
    assert ignore_files() == [".dvcignore", "out/.dvcignore"]
