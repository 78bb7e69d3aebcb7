import os
import subprocess
import sys
from importlib.metadata import version

import pytest

from project import ROOT
from retrace.core import fingerprint
from retrace.core.fingerprint import EXPECTED, OPERATIONS, VERSIONS, other_bits
from retrace.core.instructions import PINS, instructions_in_effect

portable = pytest.mark.skipif(
    instructions_in_effect() != "portable", reason="this machine, or params.yaml, is not portable"
)

# What a process tells that was started with other pins than those that it believes in.
TELL = """
import os, sys
import retrace
for pin, value in {values}.items():
    os.environ.pop(pin) if value is None else os.environ.update({{pin: value}})
from retrace.core.fingerprint import other_bits
print(*[part for library in {libraries} for part in other_bits(library)], sep=", ")
"""

# The parts that a pin holds, and a value that other processors, older than any with AVX2, would take.
HELD = {
    "ATEN_CPU_CAPABILITY": ("default", "torch"),
    "ONEDNN_MAX_CPU_ISA": ("SSE41", "oneDNN of torch"),
    "MKL_CBWR": ("AVX2", "MKL of torch"),
    "OPENBLAS_CORETYPE": ("Sandybridge", "OpenBLAS of NumPy, OpenBLAS of SciPy"),
    "NPY_DISABLE_CPU_FEATURES": (f"X86_V3 {PINS['NPY_DISABLE_CPU_FEATURES']}", "NumPy"),
}


def told(values):
    parts = {part for pin in values for part in HELD[pin][1].split(", ")}
    libraries = [library for library in VERSIONS if parts & set(OPERATIONS[library])]
    return subprocess.run(
        [sys.executable, "-c", TELL.format(values=values, libraries=libraries)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


@portable
@pytest.mark.parametrize("library", VERSIONS)
def test_this_machine_computes_the_bits_that_are_expected(library):
    if version(library).partition("+")[0] != VERSIONS[library]:
        pytest.skip(f"the hashes are of {library} {VERSIONS[library]}, here is {version(library)}")
    __import__(library)
    assert other_bits(library) == ()


def test_the_hashes_are_of_the_pinned_versions():
    files = ("requirements.txt", "requirements-torch.txt")
    pinned = [line for file in files for line in (ROOT / file).read_text().splitlines()]
    assert {f"{library}=={number}" for library, number in VERSIONS.items()} <= {
        line.partition(" ")[0] for line in pinned
    }
    assert set(EXPECTED) == {part for parts in OPERATIONS.values() for part in parts}


@portable
@pytest.mark.slow
def test_other_values_of_torchs_pins_are_seen_and_each_of_its_libraries_named():
    of_torch = {pin: value for pin, (value, parts) in HELD.items() if "torch" in parts}
    assert told(of_torch) == "torch, MKL of torch, oneDNN of torch"


@portable
@pytest.mark.slow
@pytest.mark.parametrize(
    "pin",
    [
        pytest.param(pin, marks=pytest.mark.long if "torch" in HELD[pin][1] else ())
        for pin in PINS  # to load torch takes seconds
    ],
)
def test_another_value_of_a_pin_is_seen_and_the_library_named(pin):
    value, parts = HELD[pin]
    assert told({pin: value}) == parts


@portable
@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("pin", PINS)
def test_without_a_pin_a_newer_processor_is_seen_and_the_library_named(pin):
    found = told({pin: None})
    if not found:
        pytest.skip(f"this processor computes the same without {pin}: it has nothing newer than AVX2")
    assert found in HELD[pin][1]


@portable
def test_a_machine_that_breaks_the_promise_hears_which_library_does(monkeypatch, capsys):
    monkeypatch.setitem(fingerprint.EXPECTED, "NumPy", "another hash")
    fingerprint._say.cache_clear()
    for _ in range(2):
        fingerprint.check_promise()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("warning: NumPy computes other bits on")


def test_a_machine_that_cannot_keep_it_hears_that(monkeypatch, capsys):
    monkeypatch.setattr(fingerprint, "runs_x86_64_with_avx2", lambda: False)
    monkeypatch.setattr(fingerprint, "cpu_name", lambda: "Neoverse-V1")
    fingerprint.check_promise()
    assert "Neoverse-V1 is no x86-64 processor with AVX2 under Linux" in capsys.readouterr().err


def test_other_versions_of_a_library_are_not_compared(monkeypatch):
    monkeypatch.setitem(fingerprint.VERSIONS, "numpy", "1.0")
    monkeypatch.setitem(fingerprint.EXPECTED, "NumPy", "another hash")
    assert other_bits("numpy") == ()
