import shutil
import sys

import pytest

from project import ROOT
from retrace.core.errors import RetraceError
from retrace.tools.running.doctor import _judge_cache, doctor


def levels(said):
    return {line.split()[1]: line.split()[0] for line in said.splitlines()}


@pytest.mark.slow
def test_a_fresh_clone_on_a_cpu_is_fit_but_for_a_remote(repository):
    run = repository.run(sys.executable, "-m", "retrace", "doctor", check=False)
    found = levels(run.stdout)
    assert list(found) == [
        "python",
        "git",
        "packages",
        "retrace",
        "dvc",
        "remote",
        "disk",
        "threads",
        "gpu",
    ]
    assert {found[name] for name in ("python", "git", "retrace", "dvc")} == {"ok"}
    assert "no DVC remote is set: `retrace remote s3://" in run.stdout
    assert run.returncode == ("error" in found.values())


@pytest.mark.slow
def test_a_remote_that_does_not_answer_is_an_error(repository, monkeypatch, capsys, silent_server):
    monkeypatch.chdir(repository.folder)
    (repository / ".dvc/config").write_text(
        f"[core]\n    remote = s\n['remote \"s\"']\n    url = {silent_server}\n"
    )
    with pytest.raises(RetraceError, match="remote"):
        doctor(seconds=1)
    said = capsys.readouterr().out
    assert f"error    remote    the remote 's' ({silent_server}) fails: no answer in 1 seconds" in said


@pytest.mark.slow
def test_a_remote_from_which_damaged_files_could_be_pulled_is_an_error(pipeline, tmp_path):
    pipeline.add_remote(tmp_path / "store")
    shutil.copy(ROOT / "requirements.txt", pipeline / "requirements.txt")
    assert "modify disk verify true" in pipeline.retrace("doctor", check=False).stdout
    pipeline.dvc("remote", "modify", "-q", "disk", "verify", "true")
    said = pipeline.retrace("doctor", check=False).stdout
    assert levels(said)["remote"] == "ok"


@pytest.mark.slow
def test_mistakes_in_params_and_in_dvc_yaml_are_lines_of_their_own(repository, monkeypatch, capsys):
    monkeypatch.chdir(repository.folder)
    (repository / "dvc.yaml").write_text("stages: [")
    repository.set(train__threads=0)
    with pytest.raises(RetraceError, match=r"dvc, params"):
        doctor()
    found = levels(capsys.readouterr().out)
    assert (found["dvc"], found["params"], found.get("gpu")) == ("error", "error", None)


def test_elsewhere_than_in_a_clone_it_says_where_to_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RetraceError, match="run from the repository's top folder"):
        doctor()


def test_a_shared_cache_that_this_user_may_not_read_is_an_error(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("shutil.disk_usage", refuse)
    found = _judge_cache(tmp_path / "files/md5")
    assert (found.level, found.about) == ("error", "disk")
    assert f"{tmp_path / 'files/md5'}: Permission denied: check its rights" in found.says
