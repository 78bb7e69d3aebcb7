import ast
import inspect

import pytest

from retrace.core import artifacts, checked_yaml, errors
from retrace.tools.dependencies.modules import Imported, imports_of, modules_in, skeleton


def imported(text, *, runs=False):
    found = imports_of(ast.parse(text), text, runs=runs)
    return ["." * each.level + ".".join([*each.parts, *(["*"] if each.whole else [])]) for each in found]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import a.b, c", ["a.b", "c"]),
        ("from a import b as d, e", ["a.b", "a.e"]),
        ("from a import *", ["a"]),
        ("from . import b\nfrom ..c import d", [".b", "..c.d"]),
        ("def f():\n    if x:\n        import late\n    else:\n        import later", ["late", "later"]),
        (
            "try:\n    import a\nexcept ImportError:\n    import b\nfinally:\n    import c",
            ["a", "c", "b"],
        ),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a", ["typing.TYPE_CHECKING"]),
        ("match x:\n    case 1:\n        import a", ["a"]),
        ("importlib.import_module('a.b')", ["a.b"]),
        ("import_module(f'a.models.{name}')", ["a.models.*"]),
        ("import_module(f'{__name__}.{name}')", [".*"]),
        ("import_module(f'.{name}', __package__)", [".*"]),
        ("import_module(name)", []),
    ],
)
def test_what_a_file_imports(text, names):
    assert sorted(imported(text)) == sorted(names)


def test_what_runs_only_as_a_program_is_of_the_program():
    text = "if __name__ == '__main__':\n    import a"
    assert imported(text) == []
    assert imported(text, runs=True) == ["a"]


def test_modules_are_found_with_the_packages_around_them(write):
    root = write({"a/__init__.py": "", "a/b.py": "", "space/c.py": ""})
    assert modules_in(root, ["a", "b", "function"]) == (root / "a/__init__.py", root / "a/b.py")
    assert modules_in(root, ["space", "c"]) == (root / "space/c.py",)
    assert modules_in(root, ["numpy"]) == ()


@pytest.mark.parametrize("module", [artifacts, checked_yaml, errors])
def test_a_skeleton_imports_the_same(module):
    text = inspect.getsource(module)
    short = skeleton(text)
    assert len(short) < len(text) / 2
    assert list(imports_of(ast.parse(short), short, runs=False)) == list(
        imports_of(ast.parse(text), text, runs=False)
    )


def test_a_skeleton_keeps_what_holds_half_of_a_text():
    text = 'def f():\n    """\nnot indented\n    """\nimport a\n'
    assert "import a" in skeleton(text)
    assert Imported(("a",)) in list(imports_of(ast.parse(skeleton(text)), text, runs=False))
