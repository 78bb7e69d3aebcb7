import pytest

from project import ROOT
from retrace.core.errors import ParamsError, RetraceError
from retrace.tools.repository.lock import (
    Output,
    differing_outputs,
    dump_lock,
    is_in_place,
    locked_outputs,
    parse_lock,
    parse_yaml,
)

LOCK = """\
schema: '2.0'
stages:
  train:
    cmd: python src/train.py
    outs:
    - path: model
      hash: md5
      md5: 900150983cd24fb0d6963f7d28e17f72
      size: 3
    - path: figures
      hash: md5
      md5: 0cc175b9c0f1b6a831c399e269772661.dir
"""


@pytest.fixture
def outputs(tmp_path):
    (tmp_path / "dvc.lock").write_text(LOCK)
    return locked_outputs(tmp_path / "dvc.lock")


def test_outputs_are_listed_with_their_stage(outputs):
    assert outputs[0] == Output("train", "model", "900150983cd24fb0d6963f7d28e17f72")
    assert [output.path for output in outputs] == ["model", "figures"]


def test_without_a_lock_there_are_no_outputs(tmp_path):
    assert locked_outputs(tmp_path / "dvc.lock") == []


def test_a_file_is_in_place_only_with_its_content(outputs, tmp_path):
    assert not is_in_place(outputs[0], tmp_path)
    (tmp_path / "model").write_text("abc")
    assert is_in_place(outputs[0], tmp_path)
    (tmp_path / "model").write_text("abd")
    assert not is_in_place(outputs[0], tmp_path)


def test_a_folder_is_in_place_when_it_is_there(outputs, tmp_path):
    assert not is_in_place(outputs[1], tmp_path)
    (tmp_path / "figures").mkdir()
    assert is_in_place(outputs[1], tmp_path)


def test_differing_outputs_are_named(outputs):
    changed = [Output("train", "model", "other"), outputs[1]]
    assert differing_outputs(outputs, changed) == [outputs[0]]
    assert differing_outputs(outputs, outputs) == []


def test_sources_are_what_no_stage_makes():
    lock = parse_lock((ROOT / "dvc.lock").read_bytes(), "dvc.lock")
    assert "src/train.py" in lock.sources["train"]
    assert "cache/train.pkl" not in lock.sources["train"]
    assert lock.params["seed"] == 42
    assert "report/predictions.csv" in lock.outs


def test_numbers_are_read_as_dvc_reads_them():
    assert parse_yaml(b"rate: 1e-4\n", "params.yaml") == {"rate": 1e-4}
    with pytest.raises(ParamsError, match=r"params\.yaml of main is not valid YAML"):
        parse_yaml(b"a: [", "params.yaml of main")


ENTRY = "stages: {{make: {{cmd: x, outs: [{{path: {path}, md5: {md5}}}]}}}}"


@pytest.mark.parametrize(
    "content",
    [
        "stages: [1]",
        "stages: {make: 3}",
        "stages: {make: {cmd: x, outs: 3}}",
        "stages: {make: {cmd: x, deps: [3]}}",
        "stages: {make: {cmd: x, params: [rate]}}",
        "stages: {make: {}}",
        "- 1",
        ENTRY.format(path="a", md5="../../../etc/passwd"),
        ENTRY.format(path="a", md5="12345678901234567890123456789012"),
        ENTRY.format(path='"a\\nHEAD:b"', md5="a" * 32),
        "[" * 5000,
    ],
)
def test_a_lock_that_dvc_cannot_have_written_is_refused(content):
    with pytest.raises(RetraceError, match=r"^dvc\.lock of main (is|holds) .*git checkout dvc\.lock"):
        parse_lock(content.encode(), "dvc.lock of main")


def test_an_output_that_was_never_hashed_is_none_of_the_outputs():
    assert parse_lock(b"stages: {make: {cmd: x, outs: [{path: a}]}}", "dvc.lock").outputs == []


def test_a_lock_is_written_as_dvc_writes_it():
    content = (ROOT / "dvc.lock").read_bytes()
    assert dump_lock(parse_lock(content, "dvc.lock")) == content
