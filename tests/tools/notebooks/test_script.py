import ast
import contextlib
import io
import sys
from pathlib import Path

import pytest

from retrace.tools.dependencies.marks import marks_of
from retrace.tools.notebooks.declaring import declared
from retrace.tools.notebooks.reading import read_cells
from retrace.tools.notebooks.script import body_of, docstring_of, read_made, with_header

FIT = Path("notebooks/01_Fit.ipynb")


@pytest.fixture
def fit(project):
    """What the tutorial's kind of notebook declares."""
    return declared(read_cells(FIT), FIT)


def run(body, *arguments, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["fit.py", *arguments])
    scope = {"__name__": "__main__"}
    exec(compile(body, "fit.py", "exec"), scope)
    return scope


def test_a_script_is_the_same_bytes_each_time(fit):
    assert body_of(fit, FIT, page=False) == body_of(fit, FIT, page=False)
    assert "def _keep_page" not in body_of(fit, FIT, page=False)


def test_a_script_takes_typed_arguments_with_dashes_or_without(fit, project, monkeypatch):
    words = ["--points", "a.csv", "--model", "out.txt", "--rate", "0.25", "--steps", "1", "2"]
    scope = run(body_of(fit, FIT, page=False), *words, monkeypatch=monkeypatch)
    assert (scope["points"], scope["rate"], scope["steps"]) == ("a.csv", 0.25, [1, 2])
    assert (project / "out.txt").read_text() == "0.25 [1, 2]\n"


def test_help_shows_what_the_fields_say_and_a_lacking_argument_is_named(fit, monkeypatch):
    body, shown = body_of(fit, FIT, page=True), io.StringIO()
    with contextlib.redirect_stdout(shown), pytest.raises(SystemExit):
        run(body, "--help", monkeypatch=monkeypatch)
    said = " ".join(shown.getvalue().split())
    assert 'Fit a "line" \\ through points.' in said
    assert "How fast, at most 100 % of it" in said
    assert "--html HTML" in said
    with contextlib.redirect_stderr(shown), pytest.raises(SystemExit):
        run(body, "--points", "a", monkeypatch=monkeypatch)
    assert "the following arguments are required: --model, --rate" in shown.getvalue()


@pytest.mark.parametrize(
    ("source", "arguments", "value"),
    [
        ("a = True", "", False),
        ("a = False", "--a", True),
        ("a = ['x']", "", []),
        ("a = [True]", "--a true false", [True, False]),
        ('""":param int a:"""\na = None', "--a None", None),
        ('""":param int a:"""\na = None', "--a 3", 3),
        ("a = 1.0", "--a 1e-05", 1e-5),
        ("a = 'x'", "--a None", "None"),
    ],
)
def test_values_arrive_as_dvc_writes_them(cells, monkeypatch, source, arguments, value):
    found = declared(cells((source, "parameters")), FIT)
    assert (
        run(body_of(found, FIT, page=False), *arguments.split(), monkeypatch=monkeypatch)["a"] == value
    )


def test_a_scripts_docstring_says_what_the_notebook_said(fit):
    marks = marks_of(ast.get_docstring(ast.parse(body_of(fit, FIT, page=False))))
    assert [mark for mark in marks if mark.kind != "param"] == fit.marks
    assert docstring_of(declared([], FIT)) == "A step of the pipeline."


def test_a_script_knows_its_notebook_and_whether_it_was_edited(fit, project):
    path = project / "fit.py"
    path.write_text(with_header(body_of(fit, FIT, page=True), FIT, "0" * 16))
    made = read_made(path)
    assert (made.notebook, made.fingerprint, made.edited, made.has_page) == (FIT, "0" * 16, False, True)
    path.write_text(path.read_text().replace("import pathlib", "import os"))
    assert read_made(path).edited
    path.write_text("import os\n")
    assert read_made(path) is None


def test_a_page_without_jupyter_names_the_command_that_brings_it(fit, monkeypatch):
    monkeypatch.setitem(sys.modules, "nbclient", None)
    words = ["--points", "a", "--model", "b", "--rate", "1", "--html", "page.html"]
    with pytest.raises(
        SystemExit, match=r"^error: --html needs nbclient: run `pip install .*-dev.txt`$"
    ):
        run(body_of(fit, FIT, page=True), *words, monkeypatch=monkeypatch)
