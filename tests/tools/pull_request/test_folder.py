import json

import pytest

from project import ROOT
from retrace.core.checked_yaml import load_yaml
from retrace.core.errors import RetraceError
from retrace.tools.pull_request import folder as folders
from retrace.tools.pull_request.folder import COMMENT, write_folder


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report/figures").mkdir(parents=True)
    for name in ("dvc.lock", "metrics.json", "report/report.md", "report/figures/history.svg"):
        (tmp_path / name).write_text(name)
    return tmp_path


def held(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_folder_holds_the_comment_and_what_a_reader_wants(workspace):
    write_folder({COMMENT: "text"}, workspace / ".retrace/pull-request")
    assert held(workspace / ".retrace/pull-request") == [
        "comment.md",
        "dvc.lock",
        "metrics.json",
        "report/figures/history.svg",
        "report/report.md",
    ]
    assert held(workspace / ".retrace") == [
        f"pull-request/{name}" for name in held(workspace / ".retrace/pull-request")
    ]


def test_an_earlier_folder_is_replaced_whole(workspace):
    write_folder({COMMENT: "one"}, workspace / "out")
    (workspace / "report/figures/history.svg").unlink()
    write_folder({COMMENT: "two"}, workspace / "out")
    assert (workspace / "out/comment.md").read_text() == "two"
    assert "report/figures/history.svg" not in held(workspace / "out")


def test_a_folder_of_something_else_is_left_alone(workspace):
    for name in ("report", "dvc.lock", "."):
        with pytest.raises(RetraceError, match="holds other files"):
            write_folder({COMMENT: "text"}, workspace / name)
    assert (workspace / "report/report.md").read_text() == "report/report.md"


def test_links_large_files_and_what_is_of_no_report_stay_out(workspace, monkeypatch):
    monkeypatch.setattr(folders, "LARGEST", 1000)
    (workspace / "report/predictions.csv").write_text("x" * 2000)
    (workspace / "report/link.md").symlink_to("/etc/hostname")
    (workspace / "report/linked").symlink_to(workspace / "report/figures")
    for name in ("model.pkl", "ä.md", ".hidden", "a\\b.csv", "a\nb.csv"):
        (workspace / "report" / name).write_text("x")
    before = held(workspace / "report")
    write_folder({COMMENT: "text"}, workspace / "out")
    assert held(workspace / "out/report") == ["figures/history.svg", "report.md"]
    assert folders.files_to_take()[1] == [folders.REPORT / "predictions.csv"]
    assert held(workspace / "report") == before


@pytest.fixture
def described(workspace):
    """Say what the dataset of the workspace is."""

    def write(**keys):
        params = load_yaml(ROOT / "params.yaml") | {"data": "mine"}
        common = {"title": "x", "task": "classification", "kind": "text", "reader": "text_folder"}
        (workspace / "data").mkdir()
        (workspace / "params.yaml").write_text(json.dumps(params))
        (workspace / "data/mine.yaml").write_text(json.dumps(common | {"licence": "none"} | keys))
        (workspace / "report/predictions.csv").write_text("rows")

    return write


def test_a_private_dataset_keeps_its_rows_out(workspace, described):
    described(private=True)
    write_folder({COMMENT: "text"}, workspace / "out")
    assert held(workspace / "out") == ["comment.md", "dvc.lock", "metrics.json", "report/report.md"]


def test_without_a_description_that_can_be_read_rows_stay_out_too(workspace, described):
    described(private="perhaps")
    write_folder({COMMENT: "text"}, workspace / "out")
    assert "report/predictions.csv" not in held(workspace / "out")


def test_other_datasets_take_their_predictions_along(workspace, described):
    described()
    write_folder({COMMENT: "text"}, workspace / "out")
    assert "report/predictions.csv" in held(workspace / "out")
