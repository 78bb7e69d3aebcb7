import pytest

from retrace.tools.repository.lock import Output, differing_outputs, is_in_place, locked_outputs

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
      md5: aaaa.dir
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
