import sys
from pathlib import Path

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.notebooks.reading import fingerprint, read_cells

FIT, COUNT = Path("notebooks/01_Fit.ipynb"), Path("notebooks/count_words.py")


@pytest.mark.usefixtures("project")
def test_cells_of_code_keep_their_numbers_and_tags():
    assert [(cell.number, cell.tags) for cell in read_cells(COUNT)] == [
        (2, ("parameters",)),
        (3, ("active-ipynb",)),
        (4, ()),
        (5, ()),
    ]
    assert [cell.number for cell in read_cells(FIT)] == [2, 3, 4, 5, 6, 7]
    assert read_cells(COUNT)[1].source == "texts"


def test_what_jupyter_notes_of_a_run_is_no_change(project, edit):
    before = fingerprint(FIT)
    edit("notebooks/01_Fit.ipynb", '"execution_count": 3', '"execution_count": 4')
    edit("notebooks/01_Fit.ipynb", '"text": "7"', '"text": "8"')
    edit("notebooks/01_Fit.ipynb", "# Fit a model", "# Fit")
    assert fingerprint(FIT) == before
    edit("notebooks/01_Fit.ipynb", "import pathlib", "import os")
    assert fingerprint(FIT) != before


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("none.ipynb", None, "there is no notebook none.ipynb: run from"),
        ("a.txt", "", "a.txt is no notebook: a .ipynb, or a .py"),
        ("a.py", "x = 1\n", "a.py has no cells: each begins with a line `# %%`"),
        ("a.ipynb", "x", "a.ipynb is no notebook of nbformat 4: `jupyter nbconvert --to notebook"),
        ("a.ipynb", '{"worksheets": []}', "a.ipynb is no notebook of nbformat 4"),
        ("a.ipynb", b"\xff", "a.ipynb cannot be read as UTF-8 text"),
    ],
)
def test_what_is_no_notebook_is_said_in_one_line(project, name, text, said):
    if text is not None:
        (project / name).write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(RetraceError) as told:
        read_cells(Path(name))
    assert str(told.value).startswith(said)


@pytest.mark.usefixtures("project")
def test_without_jupytext_the_command_that_brings_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "jupytext", None)
    assert len(read_cells(FIT)) == 6
    assert fingerprint(COUNT)
    with pytest.raises(RetraceError, match=r"^jupytext is not installed: run `pip install .*-dev.txt`$"):
        read_cells(COUNT)
