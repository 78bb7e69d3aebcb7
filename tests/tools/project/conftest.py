import zipfile

import pytest

from project import ROOT
from retrace.tools.project import template
from retrace.tools.project.wheel import build_wheel


@pytest.fixture(autouse=True)
def identity(monkeypatch):
    for who in ("AUTHOR", "COMMITTER"):
        for what in ("NAME", "EMAIL"):
            monkeypatch.setenv(f"GIT_{who}_{what}", "test@example.org")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    return build_wheel(ROOT, template.names(ROOT), "test", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory):
    """A folder in which the wheel is installed, for PYTHONPATH."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def files():
    return template.render("demo", "1.0", {template.PIN: b"retrace-ml==1.0\n"}, ROOT)
