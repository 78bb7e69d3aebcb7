import sys

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from project import ROOT, Project

NOTEBOOKS = sorted(path.name for path in (ROOT / "data_exploration").glob("*.py"))

FOLDER = ROOT / "data_exploration"


@pytest.mark.long  # each takes a kernel of its own
@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # of Jupyter's own
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_and_becomes_a_page(examples, name):
    notebook = jupytext.read(FOLDER / name)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(FOLDER)}}).execute()
    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert "data:image/png;base64," in page or "image/png" in nbformat.writes(notebook)


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_cells_of_a_notebook_run_one_after_another(name):
    own = {"PYTHONPATH": str(ROOT / "src"), "MPLBACKEND": "agg"}
    Project(FOLDER).run(sys.executable, name, **own)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_kept_without_outputs_and_uses_the_package(name):
    text = (ROOT / "data_exploration" / name).read_text()
    assert "from retrace" in text
    assert "format_name: percent" in text
    assert "image/png" not in text
