import ast

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.dependencies.marks import marks_of
from retrace.tools.notebooks.arguments import (
    Argument,
    arguments_of,
    assigned_in,
    path_from_root,
    value_of,
)


def arguments(docstring="", code=""):
    return arguments_of(marks_of(docstring), assigned_in(ast.parse(code), "a.ipynb"), "a.ipynb")


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("a = 1", "int"),
        ("a: float = -1e-5", "float"),
        ("a = True", "bool"),
        ("a = 'x'", "str"),
        ("a = [1, 2.5]", "List[float]"),
        ("a = ('x',)", "List[str]"),
    ],
)
def test_a_literal_says_its_type(code, shown):
    (found,) = arguments(code=code)
    assert (found.kind, found.shown) == ("value", shown)


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("int a", "int"),
        ("list[str] a", "List[str]"),
        ("List a", "List[str]"),
        ("Optional[int] a", "Optional[int]"),
        ("float | None a", "Optional[float]"),
        ("a", "str"),
    ],
)
def test_a_field_says_the_type_as_the_tutorial_does(field, shown):
    (found,) = arguments(f":param {field}: what it is", "a = None" if "Opt" in shown else "")
    assert (found.shown, found.help) == (shown, "what it is")


def test_an_input_or_output_is_a_path_and_may_be_assigned_only():
    found = arguments(":param int n: how many\n:dvc-in a: x.csv\n:dvc-metrics b:", "a = ''\nb = a + 'b'")
    assert [(each.name, each.kind, each.type) for each in found] == [
        ("n", "value", "int"),
        ("a", "path", "str"),
        ("b", "path", "str"),
    ]


@pytest.mark.parametrize(
    ("docstring", "code", "said"),
    [
        (":param flaot a:", "", "a.ipynb: a: got 'flaot', should be of the type str, int, float, bool"),
        (
            ":param int a:\n:dvc-in a: x",
            "",
            "a.ipynb: a: got 'int', should be of the type str, as a path",
        ),
        ("", "a = None", "a.ipynb: a: got None, should be of the type"),
        ("", "a = {'b': 1}", "a.ipynb: a: got {'b': 1}, should be of the type"),
        ("", "a = []", "a.ipynb: a: got [], should be of the type"),
        ("", "html = 1", "a.ipynb: 'html' cannot be the name of a parameter"),
        (
            ":dvc-out modle: x",
            "model = ''",
            "a.ipynb: `:dvc-out modle:` names no parameter (did you mean",
        ),
        ("", "import os", "a.ipynb: `import os` is no `name = value`, and the cell of parameters"),
        ("", "a, b = 1, 2", "a.ipynb: `a, b = (1, 2)` is no `name = value`"),
    ],
)
def test_what_no_argument_can_be_is_said_in_one_line(docstring, code, said):
    with pytest.raises(RetraceError) as told:
        arguments(docstring, code)
    assert str(told.value).startswith(said)


def test_a_path_of_a_notebook_is_one_of_its_folder(tmp_path):
    assert path_from_root("../data/a.csv", tmp_path / "notebooks") == f"{tmp_path}/data/a.csv"
    assert path_from_root("./a//b/") == "a/b"
    assert path_from_root("${data}/a.csv") == "${data}/a.csv"


def test_words_of_an_option_become_a_value():
    assert value_of(["1", "2"], Argument(name="a", type="int", many=True)) == [1, 2]
    assert value_of(["0.5"], Argument(name="a", type="float")) == 0.5
    flag = Argument(name="a", type="bool")
    assert [value_of(words, flag) for words in ([], ["true"], ["false"])] == [True, True, False]
