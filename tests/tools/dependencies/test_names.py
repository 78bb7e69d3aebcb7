import ast
import re

import pytest

from retrace.tools.dependencies.imports import Project
from retrace.tools.dependencies.names import Names, dotted
from retrace.tools.dependencies.programs import Program

FILES = {
    "run.py": """\
import numpy as np
import pkg.config
from pkg import load, config as c
from pkg.config import SEED
""",
    "pkg/__init__.py": "from .loading import load\n",
    "pkg/loading.py": """\
def load():
    pass

class Model:
    def __init__(self): pass
    def fit(self): pass
""",
    "pkg/config.py": "SEED = 1\n",
}


@pytest.fixture
def names(write):
    root = write(FILES)
    return Names(Project(root), Program(files=(root / "run.py",), paths=(root,)))


def test_a_dotted_name_is_read_from_an_expression():
    assert dotted(ast.parse("a.b.c", mode="eval").body) == "a.b.c"
    assert dotted(ast.parse("a().b", mode="eval").body) == ""


def test_names_lead_to_the_file_that_defines_them(names, tmp_path):
    run = tmp_path / "run.py"
    assert names.full_name("np.load", run) == "numpy.load"
    for name in ("SEED", "c.SEED", "pkg.config.SEED"):
        assert names.imported(name, run) == (tmp_path / "pkg/config.py", "SEED")
    assert names.imported("np.load", run) is None
    assert names.function("np.load", run) is None


def test_a_package_hands_a_function_on(names, tmp_path):
    place, function = names.function("load", tmp_path / "run.py")
    assert (place, function.name) == (tmp_path / "pkg/loading.py", "load")
    assert names.called(function) is function


def test_a_class_is_called_by_its_init(names, tmp_path):
    _, model = names.function("Model", tmp_path / "pkg/loading.py")
    assert names.called(model).name == "__init__"
    assert [each.name for each in names.functions(tmp_path / "pkg/loading.py")] == [
        "load",
        "__init__",
        "fit",
    ]


def test_files_near_a_pattern_hold_it_or_import_one_that_does(names, tmp_path):
    found = names.near(re.compile("SEED ="), set())
    assert found == {None, tmp_path / "pkg/config.py", tmp_path / "run.py"}
    assert names.near(re.compile("SEED ="), {"pkg.config"}) == {None}
    assert names.shown(tmp_path / "pkg/config.py") == "pkg/config.py"
