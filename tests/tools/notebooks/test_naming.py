from pathlib import Path

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.notebooks.naming import check_stage_name, from_top, script_of


@pytest.mark.parametrize(
    ("notebook", "script"),
    [
        ("notebooks/03_bis_Classify text.ipynb", "src/bis_classify_text.py"),
        ("Évaluer.py", "src/valuer.py"),
        ("a-b.ipynb", "src/a_b.py"),
    ],
)
def test_a_scripts_name_is_the_notebooks_in_letters_that_dvc_reads(notebook, script):
    assert script_of(Path(notebook)).as_posix() == script


@pytest.mark.parametrize(
    ("notebook", "said"),
    [
        ("02_Tokenize.ipynb", "src/tokenize.py would stand before the module `tokenize` of Python"),
        ("numpy.py", "src/numpy.py would stand before the module `numpy` of an installed package"),
        ("01.ipynb", "its name has no letter from a to z"),
    ],
)
def test_a_name_that_hides_a_module_is_refused(notebook, said):
    with pytest.raises(RetraceError, match=f"^{notebook}: {said}.*: rename"):
        script_of(Path(notebook))


def test_a_notebook_lies_in_the_project_whose_top_folder_one_stands_in(project, tmp_path, monkeypatch):
    assert from_top(project / "notebooks/../notebooks/a.ipynb") == Path("notebooks/a.ipynb")
    with pytest.raises(RetraceError, match="lies outside of the project"):
        from_top(Path("../a.ipynb"))
    monkeypatch.chdir(project / "notebooks")
    with pytest.raises(RetraceError, match="is no DVC repository's top folder"):
        from_top(Path("a.ipynb"))


def test_a_stages_name_is_one_of_dvc():
    check_stage_name("evaluate_train-2")
    with pytest.raises(RetraceError, match="--name a b: should be letters"):
        check_stage_name("a b")
