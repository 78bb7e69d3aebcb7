"""The set-up that every word of the Makefile does first."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from project import ROOT
from retrace.tools.repository.requirements import unmet

FILES = [
    ".ci/uv.py",
    "Makefile",
    "pyproject.toml",
    "setup.py",
    "README.md",
    "src/retrace",
    *ROOT.glob("requirements*"),
]


@pytest.fixture
def clone(tmp_path):
    """What a set-up needs, in a folder whose name the shell would take apart."""
    folder = tmp_path / 'it\'s "here" $HOME'
    for name in FILES:
        source, target = (
            ROOT / name,
            folder / Path(name).relative_to(ROOT if Path(name).is_absolute() else ""),
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, target)
    return folder


@pytest.fixture
def make(clone):
    def run(*arguments, **variables):
        left_out = {
            "VIRTUAL_ENV",
            "CONDA_PREFIX",
            "CONDA_DEFAULT_ENV",
            "PYTHONPATH",
            "MAKEFLAGS",
            "MAKELEVEL",
        }
        environment = {name: value for name, value in os.environ.items() if name not in left_out}
        return subprocess.run(
            ["make", f"PYTHON={sys.executable}", *arguments],
            cwd=clone,
            env=environment | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def environment_in(folder):
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").symlink_to(sys.executable)
    return folder


def test_without_an_environment_one_is_made(make):
    assert " -m venv .venv\n" in make("-n", "repro").stdout


def test_an_environment_that_is_gone_is_not_taken_for_active(make):
    assert " -m venv .venv\n" in make("-n", "repro", VIRTUAL_ENV="/nowhere").stdout


def test_condas_base_is_not_set_up(make, clone):
    base = {"CONDA_PREFIX": str(environment_in(clone / "conda"))}
    assert " -m venv .venv\n" in make("-n", "repro", CONDA_DEFAULT_ENV="base", **base).stdout
    assert " -m venv .venv\n" not in make("-n", "repro", CONDA_DEFAULT_ENV="mine", **base).stdout


@pytest.mark.parametrize("variable", ["VIRTUAL_ENV", "CONDA_PREFIX"])
def test_an_active_environment_is_used_whatever_its_path_holds(make, clone, variable):
    active = environment_in(clone / 'my env\'s "own"')
    for name in ("requirements.txt", "requirements-torch.txt", "pyproject.toml"):
        os.utime(clone / name, (0, 0))
    said = make("-n", "repro", **{variable: str(active)})
    assert (said.returncode, " -m venv .venv\n" in said.stdout) == (0, False)
    mark = re.search(r"touch (.*)", said.stdout)[1]
    subprocess.run(["sh", "-c", f"touch {mark}"], check=True)
    assert make("-n", "repro", **{variable: str(active)}).stdout == "retrace repro \n"


def test_another_index_is_asked_for_torch_alone(make):
    lines = make("-n", "test", "TORCH_INDEX=https://example.org/cpu").stdout.splitlines()
    asked = [line for line in lines if "example.org" in line]
    assert len(asked) == 1
    assert asked[0].endswith(" --extra-index-url https://example.org/cpu -r requirements-torch.txt")


def test_torch_is_installed_with_what_it_needs_of_cuda(make):
    line = next(line for line in make("-n", "setup").stdout.splitlines() if "requirements-torch" in line)
    by_uv, _, by_pip = line.partition(" || ")
    # Not by pyproject.toml of this folder, which tells uv that torch needs nothing of CUDA.
    assert " --project / " in by_uv
    assert "--no-deps" not in by_uv + by_pip


def test_bytecode_lies_in_the_environment_where_none_may_lie_beside_sources(make):
    said = {value: make("-np", "setup", PYTHONDONTWRITEBYTECODE=value).stdout for value in ("", "1")}
    assert "PYTHONPYCACHEPREFIX := " not in said[""]
    assert re.search(r"^PYTHONPYCACHEPREFIX := .*/\.venv/bytecode$", said["1"], re.MULTILINE)


def test_uv_is_told_what_pip_is_told(tmp_path):
    uv = tmp_path / "uv"
    uv.write_text('#!/bin/sh\necho "$@"\nenv\n')
    uv.chmod(0o755)
    config = tmp_path / "pip.conf"
    config.write_text(
        "[global]\nindex-url = https://me:secret@example.org/a\nfind-links =\n  /b\n  /c\nproxy = p:1\n"
        "[install]\nextra-index-url = https://example.org/d https://example.org/e\n[list]\nproxy = q\n"
    )
    own = {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "PIP_CONFIG_FILE": str(config),
        "PIP_PROXY": "r:2",
        "PIP_NO_INDEX": "1",
        "UV_INDEX_STRATEGY": "first-index",
    }
    kept = {
        name: each for name, each in os.environ.items() if not name.startswith(("PIP_", "UV_", "HTTP"))
    }
    command = [sys.executable, ROOT / ".ci/uv.py", "pip", "install", "x"]
    run = subprocess.run(command, env=kept | own, capture_output=True, text=True, check=True)
    arguments, *lines = run.stdout.splitlines()
    assert arguments == "pip install x --no-index"
    expected = {
        "UV_INDEX_URL": "https://me:secret@example.org/a",
        "UV_EXTRA_INDEX_URL": "https://example.org/d https://example.org/e",
        "UV_FIND_LINKS": "/b,/c",
        "HTTPS_PROXY": "r:2",
        "UV_INDEX_STRATEGY": "first-index",
    }
    told = dict(line.split("=", 1) for line in lines if "=" in line)
    assert {name: told[name] for name in expected} == expected


@pytest.mark.parametrize("path", sorted(ROOT.glob("requirements*.txt")), ids=lambda path: path.stem)
def test_every_file_that_is_installed_has_a_hash(path):
    lines = path.read_text().replace("\\\n", "").splitlines()
    pins = [line for line in lines if line and not line.strip().startswith("#")]
    assert pins
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == (
        ["torch==2.13.0"] if path.stem == "requirements-torch" else []
    )


@pytest.mark.slow
@pytest.mark.skipif(bool(unmet([ROOT / "requirements.txt"])), reason="other versions than are pinned")
def test_a_complete_environment_needs_no_index(make, tmp_path):
    """A new environment that sees the packages of this one, and no index to ask."""
    active = tmp_path / "active"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", active], check=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    seen = active / "lib" / version / "site-packages/seen.pth"
    seen.write_text(sysconfig.get_path("purelib"))
    offline = {
        "PIP_INDEX_URL": "http://127.0.0.1:9",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_RETRIES": "0",
        "UV_OFFLINE": "1",
        "UV_NO_CACHE": "1",
    }
    done = make("doctor", "ARGS=--help", VIRTUAL_ENV=str(active), **offline)
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(active.glob("retrace-ready-*"))
