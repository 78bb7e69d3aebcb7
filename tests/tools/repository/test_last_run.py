import pytest

from retrace.tools.repository.last_run import RECORD, last_run, note_run
from retrace.tools.repository.lock import locked_outputs

LOCK = "stages:\n  {stage}:\n    cmd: x\n    outs:\n    - path: a\n      md5: '{md5}'\n"


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def lock(md5, stage="train"):
        (tmp_path / "dvc.lock").write_text(LOCK.format(stage=stage, md5=md5 * 32))

    return lock


def test_a_note_names_the_stages_that_made_something_else(workspace):
    workspace("1")
    before = locked_outputs()
    workspace("2")
    note_run(81.26, before)
    assert (last_run().seconds, last_run().stages) == (81.3, ("train",))
    assert "Python 3." in last_run().machine


def test_a_run_with_nothing_to_do_leaves_the_note(workspace):
    workspace("1")
    note_run(80, [])
    note_run(1, locked_outputs())
    assert last_run().seconds == 80


def test_a_note_is_of_one_lock_only(workspace):
    assert last_run() is None
    workspace("1")
    note_run(80, [])
    workspace("2")
    assert last_run() is None
    note_run(2, locked_outputs())
    assert last_run().stages == ()


def test_a_note_that_cannot_be_read_or_written_harms_nothing(workspace):
    workspace("1")
    note_run(80, [])
    RECORD.write_text("{")
    assert last_run() is None
    RECORD.unlink()
    RECORD.parent.rmdir()
    RECORD.parent.write_text("a file")
    note_run(80, [])
    assert last_run() is None
