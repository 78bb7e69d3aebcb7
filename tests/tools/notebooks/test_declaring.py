from pathlib import Path

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.notebooks.declaring import declared
from retrace.tools.notebooks.reading import read_cells

NOTEBOOK = Path("notebooks/a.ipynb")


def of(cells, *sources):
    return declared(cells(*sources), NOTEBOOK)


@pytest.mark.usefixtures("project")
def test_the_tutorials_marks_are_understood():
    found = declared(read_cells(Path("notebooks/01_Fit.ipynb")), Path("notebooks/01_Fit.ipynb"))
    assert found.about == 'Fit a "line" \\ through points.'
    assert [each.name for each in found.arguments] == ["points", "model", "rate", "steps"]
    assert [(mark.kind, mark.name, mark.text) for mark in found.marks] == [
        ("dvc-in", "points", "data/points.csv"),
        ("dvc-out", "model", "out/model.txt"),
        ("dvc-out", "", "out/log.txt"),
    ]
    assert found.values == {"rate": 0.5, "steps": [1, 2]}  # of the pipeline, not of the notebook
    assert len(found.code) == 2


@pytest.mark.usefixtures("project")
def test_a_tagged_cell_gives_paths_from_the_notebooks_folder_and_values():
    found = declared(read_cells(Path("notebooks/count_words.py")), Path("notebooks/count_words.py"))
    assert [mark.text for mark in found.marks] == ["data/texts.txt", "counts.json"]
    assert found.values == {"least": 2, "lower": True}
    assert found.position == 2
    assert "print" not in "".join(found.code)


def test_the_docstring_and_the_cell_of_parameters_may_be_two(cells):
    found = of(cells, '""":dvc-out: x"""', "import os", ("a = (1, 2)", "parameters"), "b = a")
    assert (found.values, found.code, found.position) == ({"a": [1, 2]}, ["import os", "b = a"], 3)


def test_a_notebook_may_declare_nothing(cells):
    found = of(cells, '"""Just a text."""\na = 1')
    assert (found.arguments, found.marks, found.code) == ([], [], ['"""Just a text."""\na = 1'])


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('""":dvc-in a:"""\na = 1', "`:dvc-in a:` has no path, and the cell gives a none: add it"),
        ('""":dvc-in:"""', "`:dvc-in:` has no path, and the cell gives it none: add it"),
        ('""":dvc-in: {{ conf.a }}"""', "`:dvc-in:` has a template of Jinja: write the path, or DVC's"),
        (
            '""":param int a:"""',
            "a has no value to begin with: assign a literal in the cell with the tag",
        ),
        ('""":param int a:"""\na = f()', "a has no value to begin with"),
        (
            '""":param int aa:\n:dvc-extra: --ab 1"""',
            "`:dvc-extra:` names --ab, which is no parameter (did",
        ),
        ('""":param int a:\n:dvc-extra: --a x"""', "`:dvc-extra:` gives a x, should be int"),
        ('""":param int a:\n:dvc-extra: --a"""', "`:dvc-extra:` gives a nothing, should be int"),
        ('''""":param int a:\n:dvc-extra: --a '1"""''', "`:dvc-extra: --a '1`: No closing quotation"),
        ('""":dvc-cmd: dvc run x\n:dvc-in: y"""', "`:dvc-cmd:` says all: take `:dvc-in:` out"),
    ],
)
def test_what_is_no_stage_is_said_in_one_line(cells, source, said):
    with pytest.raises(RetraceError) as told:
        of(cells, source)
    assert str(told.value).startswith(f"notebooks/a.ipynb: {said}")


def test_two_cells_of_parameters_are_one_too_many(cells):
    with pytest.raises(RetraceError, match="2 cells have the tag parameters, should be one"):
        of(cells, ("a = 1", "parameters"), ("b = 1", "parameters"))
    with pytest.raises(RetraceError, match="the cell of parameters is not Python"):
        of(cells, ("a = (", "parameters"))
