from pathlib import Path

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.notebooks.code import code_of, for_notebook

HERE = Path("a.ipynb")


def test_cells_for_the_notebook_only_are_left_out(cells):
    found = cells("a = 1", ("a.head()", "active-ipynb"), "  # no effect  \na", 'b = "# No effect"', "")
    assert code_of(found, HERE) == ["a = 1", 'b = "# No effect"']
    assert [for_notebook(cell) for cell in found] == [False, True, True, False, False]


def test_a_statement_with_no_effect_behind_it_is_left_out(cells):
    found = cells("a = 1\nprint(\n    a,\n)  # No effect\nif a:\n    show(a)  # No effect\n    b = 2")
    assert code_of(found, HERE) == ["a = 1\nif a:\n    b = 2"]
    with pytest.raises(RetraceError, match="cell 1, line 2: `# No effect` takes the only statement"):
        code_of(cells("if a:\n    show(a)  # No effect"), HERE)


@pytest.mark.parametrize("line", ["%matplotlib inline", "%load_ext autoreload", "%%time", "%config x"])
def test_what_ipython_is_told_about_showing_is_left_out(cells, line):
    assert code_of(cells(f"{line}\na = 5 \\\n  % 3"), HERE) == ["a = 5 \\\n  % 3"]


@pytest.mark.parametrize(
    ("source", "line", "named"),
    [
        ("a = 1\n!ls data", 2, "`!ls data`"),
        ("%cd data", 1, "`%cd data`"),
        ("%%bash\nls", 1, "`%%bash`"),
        ("files = !ls", 1, "`files = !ls`"),
        ("str.split?", 1, "`str.split?`"),
        ("display(1)", 1, "display()"),
    ],
)
def test_other_words_for_ipython_are_refused_with_their_place(cells, source, line, named):
    with pytest.raises(RetraceError) as told:
        code_of(cells("a = 1", source), HERE)
    assert str(told.value).startswith(f"a.ipynb, cell 2, line {line}: {named} is IPython's: write it in")


def test_a_display_of_ones_own_is_no_word_of_ipython(cells):
    sources = [
        "from IPython.display import display\ndisplay(1)",
        "def get_ipython(): ...\nget_ipython()",
    ]
    assert code_of(cells(*sources), HERE) == sources


@pytest.mark.parametrize("source", ["a = (", "a b", "a = '\0'"])
def test_a_mistake_is_said_with_its_place(cells, source):
    with pytest.raises(RetraceError, match=r"^a\.ipynb, cell 1, line 1 is not Python: "):
        code_of(cells(source), HERE)


def test_what_python_warns_of_is_for_who_runs_it(cells):
    assert code_of(cells(r"a = '\d'"), HERE) == [r"a = '\d'"]
