import jupytext
import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from project import ROOT

NOTEBOOKS = sorted(path.name for path in (ROOT / "data_exploration").glob("*.py"))

# One shows that they run; each takes a kernel of its own.
ONE_AT_ONCE = [*NOTEBOOKS[:1], *(pytest.param(name, marks=pytest.mark.long) for name in NOTEBOOKS[1:])]


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # of Jupyter's own
@pytest.mark.parametrize("name", ONE_AT_ONCE)
def test_a_notebook_runs_and_becomes_a_page(examples, name):
    folder = ROOT / "data_exploration"
    notebook = jupytext.read(folder / name)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert "data:image/png;base64," in page or "image/png" in nbformat.writes(notebook)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_kept_without_outputs_and_uses_the_package(name):
    text = (ROOT / "data_exploration" / name).read_text()
    assert "from retrace" in text
    assert "format_name: percent" in text
    assert "image/png" not in text
