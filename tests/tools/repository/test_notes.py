import pytest

from retrace.tools.repository.dvc import open_repository
from retrace.tools.repository.notes import DATABASES, Notes, Table


def test_a_file_is_hashed_once_while_a_repository_is_read(pipeline, monkeypatch):
    monkeypatch.chdir(pipeline.folder)
    with open_repository(pipeline.folder) as repo, repo.lock:
        stage = repo.stage.load_one(name="train")
        assert not stage.changed()
        noted = dict(repo.state.hashes)
        assert str(pipeline / "train.py") in noted
        assert not stage.changed()
        assert dict(repo.state.hashes) == noted
        (pipeline / "train.py").write_text("other")
        assert stage.changed()


def test_only_who_reads_has_notes_in_memory(pipeline):
    with open_repository(pipeline.folder) as reading:
        assert type(reading.state) is Notes
    with open_repository(pipeline.folder, notes=True) as writing:
        assert type(writing.state) is DATABASES


def test_what_a_database_would_refuse_is_refused():
    with pytest.raises(UnicodeEncodeError):
        Table().set_many([("a\udcfc", "1")])
