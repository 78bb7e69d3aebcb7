import json
import os
import re

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.repository.sole_run import DVC_LOCK, sole_run


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def refused():
    with sole_run("retrace repro"):
        raise AssertionError


def test_a_second_run_is_refused_in_one_line_that_names_the_first():
    named = rf"^`retrace repro --force` \(process {os.getpid()}, since \d+-\d\d-\d\d .*\) runs here"
    with sole_run("retrace repro --force"), pytest.raises(RetraceError, match=named):
        refused()


def test_a_run_that_ended_holds_nothing():
    for _ in range(2):
        with sole_run("retrace repro"):
            pass


@pytest.mark.parametrize("content", ["", "{", "[1]"])
def test_without_a_name_it_is_refused_all_the_same(content):
    with sole_run("retrace repro") as file:
        file.truncate(0)
        file.write(content)
        file.flush()
        with pytest.raises(RetraceError, match=r"^another `retrace repro` runs here"):
            refused()


def test_a_command_of_dvcs_that_writes_is_named_and_a_dead_one_is_no_hindrance():
    DVC_LOCK.parent.mkdir(parents=True)
    DVC_LOCK.write_text(json.dumps({"write": {"/a": {"pid": os.getppid(), "cmd": "dvc repro"}}}))
    expected = re.escape(f"`dvc repro` (process {os.getppid()}) writes outputs here")
    with pytest.raises(RetraceError, match=expected):
        refused()
    DVC_LOCK.write_text(json.dumps({"write": {"/a": {"pid": 2**22 + 1, "cmd": "dvc repro"}}}))
    with sole_run("retrace repro"):
        pass
