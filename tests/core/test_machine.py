import platform

import pytest

from retrace.core import machine

CPUINFO = "processor\t: 0\nmodel name\t: A processor\nflags\t\t: fpu {more}\n"


@pytest.mark.parametrize(("flags", "can"), [("avx2 fma", True), ("avx2", False), ("avx", False)])
def test_portable_needs_avx2_and_fma(tmp_path, monkeypatch, flags, can):
    (tmp_path / "cpuinfo").write_text(CPUINFO.format(more=flags))
    monkeypatch.setattr(machine, "CPUINFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    assert machine.runs_x86_64_with_avx2() is can
    assert machine.cpu_name() == "A processor"


def test_an_arm_processor_is_not_portable(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert not machine.runs_x86_64_with_avx2()


def test_a_machine_without_cpuinfo_is_described_nevertheless(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "CPUINFO", tmp_path / "none")
    assert machine.describe_machine().endswith(f"Python {platform.python_version()}")
    assert not machine.runs_x86_64_with_avx2()


def test_in_a_container_the_image_is_named_where_the_machine_is(monkeypatch):
    alone = machine.describe_machine()
    monkeypatch.setenv(machine.IMAGE, "retrace:pipeline@sha256:abc")
    assert machine.describe_machine() == f"{alone}, image retrace:pipeline@sha256:abc"
