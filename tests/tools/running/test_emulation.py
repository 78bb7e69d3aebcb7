import os
import shutil
import subprocess
import sys

import pytest

from project import ROOT
from retrace.core.errors import RetraceError
from retrace.core.instructions import instructions_in_effect
from retrace.tools.running.emulation import CRASHES, QEMU, TRIES, run_on


@pytest.fixture
def fake_qemu(tmp_path, monkeypatch):
    """Put a program in qemu's place: ``fake_qemu("exit 3")``."""

    def put(script):
        (tmp_path / QEMU).write_text(f"#!/bin/sh\necho >> {tmp_path}/calls\n{script}\n")
        (tmp_path / QEMU).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        return lambda: len((tmp_path / "calls").read_text().splitlines())

    return put


@pytest.mark.slow
@pytest.mark.skipif(shutil.which(QEMU) is None, reason="qemu-user is not installed: Debian has it")
@pytest.mark.skipif(instructions_in_effect() != "portable", reason="this machine is not portable")
@pytest.mark.parametrize("processor", ["Haswell", "EPYC-Rome"])
def test_an_emulated_processor_computes_the_same_bits(processor):
    native = [sys.executable, "-m", "retrace.core.fingerprint"]
    own = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    here, there = (
        subprocess.run(command, env=own, stdout=subprocess.PIPE, text=True, check=False)
        for command in (native, [QEMU, "-cpu", processor, *native])
    )
    if there.returncode in CRASHES:
        pytest.skip(f"{QEMU} crashed, which says nothing of what it ran")
    assert there.stdout == here.stdout


def test_a_crash_of_qemu_is_tried_again(fake_qemu):
    calls = fake_qemu('[ "$(wc -l < "$(dirname "$0")/calls")" = 1 ] && kill -SEGV $$; exit 3')
    assert run_on("Haswell", ["verify"]) == 3
    assert calls() == 2


def test_qemu_that_always_crashes_is_no_difference_but_an_error(fake_qemu):
    calls = fake_qemu("kill -SEGV $$")
    with pytest.raises(RetraceError, match="crashed in each of 4 tries"):
        run_on("Haswell", ["verify"])
    assert calls() == TRIES


def test_warnings_of_qemu_itself_are_left_out(fake_qemu, capfd):
    fake_qemu("echo 'qemu-x86_64: warning: no pcid' >&2; echo 'error: what matters' >&2; exit 1")
    assert run_on("Haswell", ["verify"]) == 1
    assert capfd.readouterr().err == "error: what matters\n"


def test_without_qemu_the_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RetraceError, match="Debian and Ubuntu have it as qemu-user"):
        run_on("Haswell", ["verify"])
