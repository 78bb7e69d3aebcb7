"""The smoke test of the workflow `release`, against a real server."""

import json
import subprocess
import sys

import pytest

from project import ROOT
from served import served


def smoke(*arguments):
    program = [sys.executable, ROOT / ".github/smoke.py", *arguments]
    run = subprocess.run(program, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


@pytest.mark.slow
def test_a_server_is_asked_whether_it_answers_as_the_release_says(published, tmp_path):
    release, tokens = tmp_path / "released", tmp_path / "tokens"
    published.retrace("release", str(release), "--model", "v1.0.0")
    tokens.write_text("abc\n")
    with served(published, "--model", "v1.0.0", "--tokens", str(tokens)) as (_, address):
        status, said = smoke(address, release, tokens)
        assert status == 0, said
        assert "example.csv: class_" in said

        answer = release / "example_answer.csv"
        answer.write_text(answer.read_text().replace("\nclass_", "\nno_class_"))
        assert "should be no_class_" in smoke(address, release, tokens)[1]

        (tmp_path / "other").write_text("xyz\n")
        status, said = smoke(address, release, tmp_path / "other")
        assert (status, "says 401" in said) == (1, True)

        statement = release / "statement.json"
        statement.write_text(json.dumps(json.loads(statement.read_text()) | {"model_md5": "0"}))
        assert "the release 0" in smoke(address, release, tokens)[1]
