import hashlib

import pytest

from project import Project, forget_stores, warm_python
from retrace.core.errors import RetraceError
from retrace.tools.repository.dvc import open_repository, run_dvc
from retrace.tools.repository.remote import missing_outputs
from retrace.tools.repository.transfers import fetch, fetch_files, send


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """A repository whose data are on a remote, as plain DVC was told of it, and no longer here."""
    project = Project(tmp_path / "work")
    (project / ".dvc").mkdir(parents=True)
    (project / ".dvc/config").write_text(
        "[core]\n    analytics = false\n    remote = disk\n['remote \"disk\"']\n    url = ../../store\n"
    )
    (project / "table.csv").write_text("a\n")
    project.run("git", "init", "-q")
    monkeypatch.chdir(project.folder)
    monkeypatch.setattr("sys.executable", warm_python())
    with open_repository(notes=True) as repo:
        repo.add("table.csv")
        assert send(repo).files == 1
    forget(project)
    return project


def forget(project):
    """Take away what is under DVC, as in a fresh clone."""
    (project / "table.csv").unlink()
    project.run("rm", "-r", ".dvc/cache")


def stored(project):
    (file,) = (path for path in (project.folder.parent / "store").rglob("*") if path.is_file())
    return file


def test_what_is_fetched_comes_into_its_place(shared):
    with open_repository(notes=True) as repo:
        assert fetch(repo) == 1
    assert shared.read("table.csv") == b"a\n"


def test_an_object_that_was_overwritten_is_not_used_though_the_remote_is_not_verified(shared):
    stored(shared).chmod(0o644)
    stored(shared).write_text("other")
    with open_repository(notes=True) as repo, pytest.raises(RetraceError, match="does not have all"):
        fetch(repo)
    assert not (shared / "table.csv").exists()
    with open_repository(notes=True) as repo, pytest.raises(RetraceError, match="has them damaged"):
        fetch_files(repo, [hashlib.md5(b"a\n").hexdigest()])


def test_repro_with_pull_hashes_what_it_pulls(shared):
    (shared / "dvc.yaml").write_text(
        "stages: {use: {cmd: cp table.csv out.csv, deps: [table.csv], outs: [out.csv]}}"
    )
    stored(shared).chmod(0o644)
    stored(shared).write_text("other")
    assert run_dvc("repro", "--pull", capture_output=True).returncode != 0
    assert not (shared / "out.csv").exists()


def test_single_files_come_into_the_cache_alone(shared):
    md5 = hashlib.md5(b"a\n").hexdigest()
    with open_repository(notes=True) as repo:
        assert [fetch_files(repo, [md5]), fetch_files(repo, [md5])] == [1, 0]
    assert not (shared / "table.csv").exists()
    with open_repository(notes=True) as repo, pytest.raises(RetraceError, match="lacks 1 of 1 files"):
        fetch_files(repo, ["0" * 32])


def test_what_was_changed_here_and_is_nowhere_else_is_left_and_named(pipeline, tmp_path):
    pipeline.add_remote(tmp_path / "store")
    pipeline.retrace("push")
    (pipeline / "cache/model.joblib").write_text("mine")
    run = pipeline.retrace("pull", check=False)
    assert run.stderr.splitlines()[1:] == ["  cache/model.joblib"]
    assert "move it away and pull again, or keep it with `dvc commit`" in run.stderr
    assert pipeline.read("cache/model.joblib") == b"mine"


def missing(clone):
    forget_stores()
    with clone.at_home(), open_repository() as repo:
        return missing_outputs(repo)


@pytest.mark.slow
def test_an_s3_remote_is_asked_for_each_file(swift, clone):
    assert sorted(missing(clone)) == ["data.dvc: data", "make: made"]
    with clone.at_home(), open_repository(notes=True) as repo:
        send(repo)
    assert missing(clone) == []
    swift.client().delete_object(Bucket="shared", Key=clone.key("data/a.csv"))
    assert missing(clone) == ["data.dvc: data (1 of 2 files)"]
