import hashlib

import pytest
from dvc.utils.serialize import dumps_yaml

from retrace.core.checked_yaml import load_yaml
from retrace.tools.repository.taking_over import add_to_lock, keep_outputs

MADE = {"path": "a.txt", "hash": "md5", "md5": hashlib.md5(b"made").hexdigest(), "size": 4}
PIPELINE = "stages: {a: {cmd: x, outs: [a.txt]}, b: {cmd: x, outs: [b.txt: {cache: false}]}}\n"


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text("[core]\n    no_scm = true\n")
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    return tmp_path


def test_a_stage_takes_its_place_in_a_lock(repository):
    lock = repository / "dvc.lock"
    add_to_lock(lock, {"b": {"cmd": "old"}})
    add_to_lock(lock, {"a": {"cmd": "x"}, "b": {"cmd": "new"}})
    wanted = {"schema": "2.0", "stages": {"b": {"cmd": "new"}, "a": {"cmd": "x"}}}
    assert lock.read_text() == dumps_yaml(wanted)
    assert list(load_yaml(lock)["stages"]) == ["b", "a"]


def test_a_lock_that_has_the_stages_is_left_alone(repository):
    (repository / "dvc.lock").write_text("schema: '2.0'\nstages: {a: {cmd: x}}  # mine\n")
    add_to_lock(repository / "dvc.lock", {"a": {"cmd": "x"}})
    assert "# mine" in (repository / "dvc.lock").read_text()


def test_the_cache_gets_the_outputs_that_it_is_to_have(repository):
    for name in "ab":
        (repository / f"{name}.txt").write_text("made")
    add_to_lock(repository / "dvc.lock", {"a": {"cmd": "x", "outs": [MADE]}})
    keep_outputs(["a.txt", "b.txt"])
    cached = [path for path in (repository / ".dvc/cache/files/md5").rglob("*") if path.is_file()]
    assert ["".join(path.parts[-2:]) for path in cached] == [MADE["md5"]]
