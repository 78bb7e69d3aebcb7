import os
import shutil
import time

import pytest

from project import ROOT
from retrace.core.errors import RetraceError
from retrace.core.instructions import instructions_in_effect
from retrace.core.machine import cpu_name
from retrace.tools.running import emulation
from retrace.tools.running.emulation import QEMU, TRIES, make_pairs_on
from retrace.tools.running.pairs import Hashes, compare_pairs, other_versions, recorded_pairs

MADE = 'echo \'["wine/%s", {"params": "p", "model": "m", "predictions": "d"}]\''
HASHES = Hashes(params="p", model="m", predictions="d")


@pytest.fixture
def emulator():
    """The real one, where what it makes can be compared."""
    if shutil.which(QEMU) is None:
        pytest.skip(f"no {QEMU}: Debian and Ubuntu have it as qemu-user")
    if instructions_in_effect() != "portable" or other_versions():
        pytest.skip(f"the hashes are of portable instructions and other versions: {other_versions()}")


@pytest.fixture
def fake_qemu(tmp_path, monkeypatch):
    """Put a program in qemu's place, which knows how often it was called: ``fake_qemu("exit 3")``."""

    def put(script):
        count = f'echo >> "{tmp_path}/calls"; call=$(wc -l < "{tmp_path}/calls")'
        (tmp_path / QEMU).write_text(f"#!/bin/sh\n{count}\n{script}\n")
        (tmp_path / QEMU).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        return lambda: len((tmp_path / "calls").read_text().splitlines())

    return put


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.usefixtures("emulator")
def test_whole_models_are_the_same_on_a_processor_of_another_make(monkeypatch):
    """In one process: half a minute of it goes into imports. `make verify` compares networks."""
    processor = "Haswell" if "AMD" in cpu_name() else "EPYC-Rome"
    names = ["wine/logistic_regression", "wine/svm", "diabetes/ridge"]
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(emulation, "LONGEST", 300)
    found = dict(compare_pairs(recorded_pairs(names), lambda here: make_pairs_on(processor, here)))
    compared = {name: said for name, said in found.items() if not said.startswith("not compared")}
    assert not any(compared.values()), found
    if not compared:
        pytest.skip(f"nothing was compared: {found}")


def test_after_a_crash_of_qemu_the_pairs_that_are_left_are_made(fake_qemu):
    first, second = MADE % "knn", MADE % "svm"
    calls = fake_qemu(f"if [ $call = 1 ]; then {first}; kill -SEGV $$; else {second}; fi")
    made = dict(make_pairs_on("Haswell", ["wine/knn", "wine/svm"]))
    assert made == {"wine/knn": HASHES, "wine/svm": HASHES}
    assert calls() == 2


def test_a_pair_in_which_qemu_always_crashes_is_left_out_and_no_difference(fake_qemu):
    calls = fake_qemu(f"[ $call -le {TRIES} ] && kill -SEGV $$; {MADE % 'svm'}")
    made = list(make_pairs_on("Haswell", ["wine/knn", "wine/svm"]))
    assert made == [("wine/knn", None), ("wine/svm", HASHES)]
    assert calls() == TRIES + 1
    said = dict(compare_pairs({"wine/knn": HASHES}, lambda _: iter(made[:1])))
    assert said == {"wine/knn": "not compared: the emulator crashed"}


def test_an_emulator_that_hangs_is_ended_and_taken_for_one_that_crashed(fake_qemu, monkeypatch):
    fake_qemu("exec sleep 60")
    monkeypatch.setattr(emulation, "LONGEST", 0.2)
    assert list(make_pairs_on("Haswell", ["wine/knn"])) == [("wine/knn", None)]


def test_a_failure_of_what_qemu_runs_is_told_without_warnings_of_qemu(fake_qemu):
    fake_qemu("echo 'error: what matters' >&2; echo 'qemu-x86_64: warning: no pcid' >&2; exit 1")
    with pytest.raises(RetraceError, match="wine/knn on Haswell: what matters"):
        list(make_pairs_on("Haswell", ["wine/knn"]))


def test_an_emulator_that_nobody_reads_any_more_is_ended(fake_qemu):
    fake_qemu(f"{MADE % 'knn'}; exec sleep 60")
    start, making = time.monotonic(), make_pairs_on("Haswell", ["wine/knn", "wine/svm"])
    assert next(making) == ("wine/knn", HASHES)
    making.close()
    assert time.monotonic() - start < 30


def test_without_qemu_the_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RetraceError, match="Debian and Ubuntu have it as qemu-user"):
        list(make_pairs_on("Haswell", ["wine/knn"]))
