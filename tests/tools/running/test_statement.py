import dataclasses
import hashlib
import json
import subprocess

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.repository.lock import read_lock
from retrace.tools.running.statement import check_statement, write_statement

LOCK = """\
schema: '2.0'
stages:
  train:
    cmd: python src/train.py
    deps:
    - {path: data/wine.yaml, md5: 0123456789abcdef0123456789abcdef}
    params: {params.yaml: {seed: 42}}
    outs:
    - {path: cache/model.joblib, md5: fedcba9876543210fedcba9876543210}
    - {path: report/figures, md5: 00000000000000001111111111111111.dir}
"""


@pytest.fixture
def statement(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dvc.lock").write_text(LOCK)
    write_statement(tmp_path / "made.json", read_lock().outputs, "with dvc.lock, byte by byte")
    return tmp_path / "made.json"


def test_a_statement_has_the_layout_of_in_toto(statement):
    read = json.loads(statement.read_bytes())
    assert read["_type"] == "https://in-toto.io/Statement/v1"
    assert read["predicateType"] == "https://slsa.dev/provenance/v1"
    assert [each["name"] for each in read["subject"]] == [
        "dvc.lock",
        "cache/model.joblib",
        "report/figures",
    ]
    lock = hashlib.sha256(LOCK.encode()).hexdigest()
    assert read["subject"][0]["digest"] == {"sha256": lock}
    assert all(set(each["digest"]) <= {"md5", "sha256"} for each in read["subject"])


def test_a_statement_says_from_what_where_and_with_what_result(statement):
    predicate = json.loads(statement.read_bytes())["predicate"]
    definition, details = predicate["buildDefinition"], predicate["runDetails"]
    assert definition["externalParameters"] == {"seed": 42}
    assert [each["name"] for each in definition["resolvedDependencies"]] == ["data/wine.yaml"]
    assert "numpy" in details["builder"]["version"]
    assert details["metadata"]["retrace_compared"] == "with dvc.lock, byte by byte"


def test_a_statement_of_this_lock_fits(statement):
    assert "fits dvc.lock: all 2 outputs were made again, byte by byte" in check_statement(statement)


def test_a_statement_of_another_lock_does_not(statement):
    (statement.parent / "dvc.lock").write_text(LOCK.replace("seed: 42", "seed: 43"))
    with pytest.raises(RetraceError, match=r"is of another dvc\.lock: check out the commit"):
        check_statement(statement)


def test_outputs_with_other_bytes_are_named(statement):
    outputs = [dataclasses.replace(read_lock().outputs[0], md5="0" * 32), *read_lock().outputs[1:]]
    write_statement(statement, outputs, "with metrics.json")
    with pytest.raises(RetraceError, match=r"other bytes of cache/model\.joblib$"):
        check_statement(statement)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"_type": 1, "subject": [{"name": "a"}]}'])
def test_what_is_no_statement_is_refused_in_one_line(statement, content):
    statement.write_text(content)
    with pytest.raises(RetraceError, match="is no statement of `retrace verify --statement`"):
        check_statement(statement)


def test_a_statement_that_is_signed_and_changed_is_seen_by_ssh_keygen(statement):
    def keygen(*arguments, **options):
        return subprocess.run(
            ["ssh-keygen", *arguments], cwd=statement.parent, capture_output=True, check=False, **options
        ).returncode

    if keygen("-q", "-t", "ed25519", "-N", "", "-f", "key") != 0:
        pytest.skip("ssh-keygen is not installed, or makes no keys here")
    assert keygen("-q", "-Y", "sign", "-n", "file", "-f", "key", statement.name) == 0
    signers = "a@example.org " + (statement.parent / "key.pub").read_text()
    (statement.parent / "signers").write_text(signers)
    verify = ["-Y", "verify", "-n", "file", "-f", "signers", "-I", "a@example.org"]
    made = ["-s", "made.json.sig"]
    assert keygen(*verify, *made, input=statement.read_bytes()) == 0
    assert keygen(*verify, *made, input=statement.read_bytes().replace(b"42", b"43")) != 0
