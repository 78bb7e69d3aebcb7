import subprocess

import pytest

from made_runs import MadeRuns, labelled
from retrace.core.errors import RetraceError
from retrace.tools.repository.git import find_tree, git


@pytest.fixture
def runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return MadeRuns(tmp_path)


def test_a_partial_clone_without_its_remote_says_so_in_one_line(runs, tmp_path, monkeypatch):
    runs.commit(labelled())
    runs.git("config", "uploadpack.allowFilter", "true")
    runs.commit(labelled(seed=1), models__svm__C=2.0)
    clone = ["git", "clone", "-q", "--filter=blob:none", tmp_path.as_uri(), str(tmp_path / "partial")]
    subprocess.run(clone, check=True)
    monkeypatch.chdir(tmp_path / "partial")
    (tmp_path / ".git").rename(tmp_path / "gone")
    assert find_tree("HEAD").read(["params.yaml"])
    with pytest.raises(RetraceError, match=r"^this clone is partial.*: fatal: .* does not appear to be"):
        find_tree("HEAD~1").read(["params.yaml"])


def test_gits_messages_are_known_in_any_locale(runs, monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("GIT_EXEC_PATH", str(runs.folder))
    (runs.folder / "git-locale").write_text("#!/bin/sh\necho $LC_ALL\n")
    (runs.folder / "git-locale").chmod(0o700)
    assert git("locale") == "C"
