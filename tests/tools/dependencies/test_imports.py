import pytest

from retrace.tools.dependencies.imports import Project, parse
from retrace.tools.dependencies.programs import Shell, programs


@pytest.fixture
def loaded(write):
    def loaded(command, files, folder="."):
        root = write(files)
        found = Project(root).loaded(programs(command, Shell(root=root, folder=root / folder)))
        return sorted(path.relative_to(root).as_posix() for path in found)

    return loaded


@pytest.mark.parametrize(
    ("command", "files"),
    [
        (
            "python a.py",
            {"a.py": "import b", "b.py": "from c.d import e", "c/__init__.py": "", "c/d.py": ""},
        ),
        ("python s/a.py", {"s/a.py": "import b", "s/b.py": "import c", "c.py": ""}),
        ("python s/a.py", {"s/a.py": "from s.b import x", "s/b.py": ""}),
        (
            "python s/a.py",
            {"s/a.py": "import pkg", "src/pkg/__init__.py": "from . import x", "src/pkg/x.py": ""},
        ),
        ("PYTHONPATH=lib python s/a.py", {"s/a.py": "import b", "lib/b.py": ""}),
        ("python s/a.py", {"s/a.py": "import sys\nsys.path.append('../lib')\nimport b", "lib/b.py": ""}),
        (
            "python a.py",
            {"a.py": "import_module(f'm.{x}')", "m/__init__.py": "", "m/p.py": "", "m/q.py": ""},
        ),
        ("python -m p.a", {"p/__init__.py": "", "p/a.py": "from .b import c", "p/b.py": ""}),
        ("python -c 'import b'", {"b.py": "import c", "c.py": "import b"}),
        ("python a.py", {"a.py": "import logging", "logging.py": ""}),
    ],
)
def test_all_of_these_files_are_loaded(loaded, command, files):
    assert loaded(command, files) == sorted(files)


@pytest.mark.parametrize(
    "files",
    [
        {"s/a.py": "import json", "json.py": ""},  # the standard library comes first
        {"s/a.py": "import numpy", "numpy/readme.md": ""},
        {"s/a.py": "import b", "s/b.pyi": ""},
    ],
)
def test_libraries_are_not_of_the_project(loaded, files):
    assert loaded("python s/a.py", files) == ["s/a.py"]


def test_what_is_no_python_has_no_imports():
    assert parse("this is: not Python").tree.body == []


def test_a_file_is_read_once(write):
    root = write({"a.py": "import b"})
    project = Project(root)
    first = project.source(root / "a.py")
    (root / "a.py").unlink()
    assert project.source(root / "a.py") is first
