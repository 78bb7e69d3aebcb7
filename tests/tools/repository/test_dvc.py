"""DVC as the commands call it."""

import contextlib
import os
import re
import sqlite3
import sys
from pathlib import Path

import pytest

from project import Project, warm_python
from retrace.core.errors import RetraceError
from retrace.tools.repository.dvc import (
    SITE_CACHE,
    cached_file,
    has_remote,
    open_repository,
    run_dvc,
    version,
)
from retrace.tools.repository.stages import read_stages


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A repository of DVC's alone, in which the test stands."""
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text("[core]\n    no_scm = true\n    analytics = false\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", warm_python())
    return Project(tmp_path)


def test_stages_find_the_python_that_runs_now(small):
    (small / "dvc.yaml").write_text(
        "stages: {where: {cmd: command -v python > where.txt, outs: [where.txt]}}"
    )
    assert run_dvc("repro", "--quiet").returncode == 0
    assert Path((small / "where.txt").read_text().strip()).parent == Path(sys.executable).parent


def test_dvc_keeps_its_notes_only_on_request(small):
    with open_repository(small.folder, notes=True) as repo:
        assert repo.tmp_dir == os.fspath(small / ".dvc/tmp")
    with open_repository(small.folder) as repo:
        assert not repo.tmp_dir.startswith(os.fspath(small.folder))


def test_a_folder_without_dvc_is_told(tmp_path):
    with pytest.raises(RetraceError, match="not inside of a DVC repository"):
        read_stages(tmp_path)


def test_the_cache_is_where_dvc_has_it(small):
    (small / "a").write_text("a")
    assert run_dvc("add", "a", "--quiet").returncode == 0
    assert cached_file("0cc175b9c0f1b6a831c399e269772661").read_text() == "a"
    assert not has_remote()


def test_the_version_is_that_of_the_program(small):
    assert run_dvc("--version", capture_output=True).stdout.strip() == version()


def test_dvcs_databases_are_in_the_repository_for_its_owner_alone(small, monkeypatch):
    monkeypatch.delenv("DVC_SITE_CACHE_DIR", raising=False)
    with open_repository(notes=True) as repo:
        assert repo.site_cache_dir.startswith(os.fspath(small / SITE_CACHE))
    assert (small / SITE_CACHE).stat().st_mode & 0o777 == 0o700
    assert "DVC_SITE_CACHE_DIR" not in os.environ
    said = run_dvc("doctor", capture_output=True).stdout
    assert f"Repo.site_cache_dir: {small / SITE_CACHE}" in said


@pytest.mark.parametrize("md5", ["../../../etc/passwd", "", "A" * 32, "a" * 33])
def test_what_is_no_hash_leads_nowhere(small, md5):
    with pytest.raises(RetraceError, match="is no MD5"):
        cached_file(md5)


def test_a_user_that_the_system_does_not_list_has_a_name_for_dvc(small, monkeypatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)
    with open_repository(notes=True) as repo:
        assert repo.site_cache_dir


def fill(database):
    database.execute("PRAGMA max_page_count = 2")
    database.execute("CREATE TABLE notes (text)")
    database.executemany("INSERT INTO notes VALUES (?)", [("x" * 999,)] * 99)


def write_read_only(database):
    database.execute("PRAGMA query_only = 1")
    database.execute("CREATE TABLE notes (text)")


def read_what_is_none(database):
    file = database.execute("PRAGMA database_list").fetchone()[2]
    Path(file).write_bytes(b"no database" * 999)
    database.execute("SELECT * FROM notes")


@pytest.mark.parametrize(
    ("harm", "answer"),
    [
        (fill, "No space left on device: make room"),
        (write_read_only, "may not be written .* set DVC_SITE_CACHE_DIR"),
        (read_what_is_none, "notes alone, so delete that folder"),
    ],
)
def test_a_database_of_dvcs_that_fails_is_answered_with_the_remedy(small, harm, answer):
    with (
        pytest.raises(RetraceError, match=answer),
        open_repository(small.folder),
        contextlib.closing(sqlite3.connect(small / "notes.db")) as database,
    ):
        harm(database)


def test_a_name_that_is_not_utf8_is_told_as_it_is(pipeline, monkeypatch, capfd):
    monkeypatch.chdir(pipeline.folder)
    text = pipeline.read("dvc.yaml").decode()
    (pipeline / "dvc.yaml").write_text(text.replace("deps: [train.py]", "deps: [train.py, sources]"))
    (pipeline / "sources").mkdir()
    (pipeline / "sources/\udcfc.py").touch()  # Latin-1
    said = r"sources/\\udcfc\.py: a name that is not UTF-8, which DVC cannot note: rename the file"
    with pytest.raises(RetraceError, match=said):
        read_stages()
    pipeline.retrace("repro", check=False)
    assert re.search(said, capfd.readouterr().err)


# The last words of a file that ends in the middle of its stage `report`.
CUT_OFF = ["", "    cmd: x\n    deps:\n    - path: report.py\n      md5: 12"]


@pytest.mark.parametrize("last", CUT_OFF)
def test_a_lock_that_a_kill_cut_off_is_answered_with_the_remedy(pipeline, monkeypatch, last):
    monkeypatch.chdir(pipeline.folder)
    whole = pipeline.read("dvc.lock").decode().partition("  report:\n")[0]
    (pipeline / "dvc.lock").write_text(f"{whole}  report:\n{last}")
    with pytest.raises(RetraceError, match=r"git checkout dvc\.lock"):
        read_stages()
