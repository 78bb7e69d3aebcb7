from pathlib import Path

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.dependencies.judging import judge
from retrace.tools.notebooks.making import add_stage, all_made, differences, sync
from retrace.tools.repository.stages import read_stages

FIT, COUNT = Path("notebooks/01_Fit.ipynb"), Path("notebooks/count_words.py")

PIPELINE = """\
# the pipeline
stages:
  first:
    cmd: echo  # ours
    deps:
    - data/texts.txt

plots: []
"""


def add(notebook, name=None, page=None, **chosen):
    """Add a stage without asking DVC, which takes a second to load."""
    changes = add_stage(notebook, name=name, chosen=chosen, page=page)
    put(changes)
    return changes.said


def put(changes):
    for path, text in changes.files.items():
        path.write_text(text)
    return changes.said


def test_a_notebook_becomes_a_script_a_stage_and_values(project):
    (project / "dvc.yaml").write_text(PIPELINE)
    (project / "params.yaml").write_text("seed: 1  # of all\n\nnotebooks:\n  fit:\n    rate: 7\n")
    assert add(FIT) == [
        "src/fit.py: made from notebooks/01_Fit.ipynb",
        "params.yaml: notebooks.fit has rate, steps",
        "dvc.yaml: + fit: python src/fit.py --points data/points.csv --model out/model.txt"
        " ${notebooks.fit}",
    ]
    pipeline = (project / "dvc.yaml").read_text()
    assert pipeline.startswith(PIPELINE.partition("\nplots")[0] + "\n  fit:\n    cmd: python src/fit.py")
    assert "    deps:\n    - data/points.csv\n    - requirements.txt\n    - src/fit.py\n" in pipeline
    assert pipeline.endswith("    - out/model.txt\n    - out/log.txt\n\nplots: []\n")
    params = (project / "params.yaml").read_text()
    assert params.startswith("seed: 1  # of all\n\nnotebooks:\n  fit:\n    rate: 7\n    steps:\n")


def test_another_stage_of_a_notebook_shares_its_script_and_values(project):
    add(COUNT)
    before = (project / "params.yaml").read_text()
    assert add(COUNT, name="count_test", texts="data/test.txt", counts="test.json") == [
        "dvc.yaml: + count_test: python src/count_words.py --texts data/test.txt --counts test.json"
        " ${notebooks.count_words}"
    ]
    assert (project / "params.yaml").read_text() == before


def test_nothing_changed_is_nothing_to_make(project, edit):
    add(COUNT)
    add(FIT)
    edit("notebooks/count_words.py", "# # Count", "# # Words")
    assert (sync().said, sync([COUNT]).files, differences()) == ([], {}, [])
    assert [made.path.name for made in all_made()] == ["count_words.py", "fit.py"]


def test_a_changed_notebook_is_told_and_its_script_made_again(project, edit):
    add(COUNT)
    edit("notebooks/count_words.py", "found = words", "n = words")
    assert differences() == [
        "src/count_words.py is not what notebooks/count_words.py makes now: run `retrace stage sync`"
    ]
    assert put(sync()) == ["src/count_words.py: made from notebooks/count_words.py"]
    assert differences() == []


def test_what_changed_in_the_fields_comes_into_every_stage_that_runs_the_script(project, edit):
    add(COUNT)
    add(COUNT, name="count_test", texts="data/test.txt", counts="test.json")
    edit(
        "dvc.yaml",
        "      - src/count_words.py\n",
        "      - src/count_words.py\n      - src/shared.py  # s\n",
    )
    edit("notebooks/count_words.py", '"../counts.json"', '"../words.json"')
    edit(
        "notebooks/count_words.py",
        ":dvc-in texts:",
        ":dvc-in texts:\n:dvc-in: ../stop.txt".replace("../", ""),
    )
    edit("notebooks/count_words.py", "least = 2", "most = 9")
    said = put(sync())
    assert said == [
        "src/count_words.py: made from notebooks/count_words.py",
        "params.yaml: notebooks.count_words has most, lower",
        "dvc.yaml: count_words: python src/count_words.py --texts data/texts.txt --counts words.json"
        " ${notebooks.count_words}",
        "dvc.yaml: count_test: python src/count_words.py --texts data/test.txt --counts test.json"
        " ${notebooks.count_words}",
    ]
    pipeline = (project / "dvc.yaml").read_text()
    assert pipeline.count("- stop.txt\n") == pipeline.count("- src/shared.py  # s\n") == 2
    assert "words.json:\n" in pipeline
    assert "least" not in (project / "params.yaml").read_text()


def test_a_stage_that_was_changed_by_hand_stays(project, edit):
    add(COUNT)
    edit("dvc.yaml", "python src/count_words.py", "python -W ignore src/count_words.py")
    edit("notebooks/count_words.py", "least = 2", "most = 2")
    assert sync().said[-1] == "dvc.yaml: count_words was changed by hand, and stays: does it fit?"


def test_edits_of_a_script_are_not_lost(project, edit):
    add(COUNT)
    edit("src/count_words.py", "found = words", "n = words")
    assert differences()[0].startswith(
        "src/count_words.py was edited by hand, and is made from notebooks/"
    )
    for make in (sync, lambda: add(COUNT, name="again")):
        with pytest.raises(RetraceError, match=r"edited by hand.*`git checkout src/count_words.py`"):
            make()


def test_a_notebook_that_is_gone_is_told(project):
    add(FIT)
    FIT.unlink()
    assert differences() == [
        "src/fit.py was made from notebooks/01_Fit.ipynb, which is not there: bring it back"
    ]


def test_without_jupytext_only_a_changed_notebook_needs_it(project, edit, monkeypatch):
    add(COUNT)
    monkeypatch.setitem(__import__("sys").modules, "jupytext", None)
    assert differences() == []
    edit("notebooks/count_words.py", "found = words", "n = words")
    with pytest.raises(RetraceError, match="jupytext is not installed: run `pip install"):
        differences()


def test_what_stands_in_the_way_is_said_in_one_line(project):
    add(COUNT)
    with pytest.raises(RetraceError, match=r"dvc.yaml has a stage count_words: `retrace stage sync`"):
        add(COUNT)
    (project / "src/fit.py").write_text("mine = 1\n")
    with pytest.raises(
        RetraceError, match=r"src/fit.py is there and was not made from a notebook: rename"
    ):
        add(FIT)
    (project / "count words.py").write_text(COUNT.read_text())
    with pytest.raises(
        RetraceError, match=r"is there and was made from notebooks/count_words.py: rename"
    ):
        add(Path("count words.py"))
    with pytest.raises(
        RetraceError, match=r"^notebooks/01_Fit.ipynb has no script yet: `retrace stage add"
    ):
        sync([FIT])


def test_a_page_is_an_option_of_the_script_and_an_output_of_the_stage(project):
    add(COUNT)
    assert add(COUNT, name="shown", page="report/words.html", counts="b.json")[0].startswith(
        "src/count_words"
    )
    assert all_made()[0].has_page
    assert "report/words.html" in (project / "dvc.yaml").read_text()
    assert (sync().said, differences()) == ([], [])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of DVC's libraries
def test_dvc_reads_what_was_written_or_nothing_was(project):
    add_stage(COUNT, name=None, chosen={}, page=None).write()
    files = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    changes = add_stage(COUNT, name="again", chosen={}, page=None)
    with pytest.raises(RetraceError, match=r"counts.json"):  # an output of two stages
        changes.write()
    new = {
        path: path.read_bytes()
        for path in project.rglob("*")
        if path.is_file() and ".dvc" not in path.parts
    }
    assert new == {path: text for path, text in files.items() if ".dvc" not in path.parts}


@pytest.mark.slow
def test_deps_knows_the_inputs_and_modules_of_a_script(project, edit):
    add(COUNT)
    (verdict,) = judge(read_stages(), project)
    assert (verdict.missing, verdict.unused, verdict.keys) == (("src/shared.py",), (), ())
    edit("dvc.yaml", "      - data/texts.txt\n", "")
    (verdict,) = judge(read_stages(), project)
    assert verdict.missing == ("data/texts.txt", "src/shared.py")
