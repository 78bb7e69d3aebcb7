"""DVC as the commands call it."""

import os
import sys
from pathlib import Path

import pytest

from project import Project
from retrace.core.errors import RetraceError
from retrace.tools.repository.dvc import cached_file, has_remote, open_repository, run_dvc, version


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A repository of DVC's alone, in which the test stands."""
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text("[core]\n    no_scm = true\n    analytics = false\n")
    monkeypatch.chdir(tmp_path)
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
    with pytest.raises(RetraceError, match="not inside of a DVC repository"), open_repository(tmp_path):
        pass


def test_the_cache_is_where_dvc_has_it(small):
    (small / "a").write_text("a")
    assert run_dvc("add", "a", "--quiet").returncode == 0
    assert cached_file("0cc175b9c0f1b6a831c399e269772661").read_text() == "a"
    assert not has_remote()


def test_the_version_is_that_of_the_program(small):
    assert run_dvc("--version", capture_output=True).stdout.strip() == version()
