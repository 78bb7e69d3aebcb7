"""What docs/your-own-data.md says under "Make it mine", done word for word."""

import ast
import re

import pytest

from project import ROOT, commit_all, copy_project

# What looks at the repository's own files, and there at what an example or a setting of it says.
REPOSITORY = re.compile(r"\b(ROOT|examples|registry)\b")
EXAMPLE = re.compile(r"wine|digits|diabetes|newsgroups|params\.yaml|data/|benchmarks|docs/")

ROWS = {"label": ["a", "b"] * 60, "x": range(120), "word": ["red", "blue", "red"] * 40}


def commands():
    page = (ROOT / "docs/your-own-data.md").read_text()
    return re.findall(r"^\$ (.+)$", page[page.index("## Make it mine") :], flags=re.MULTILINE)


def remove(project, path, pattern):
    text, found = re.subn(pattern, "", (project / path).read_text())
    assert found == 1, path
    (project / path).write_text(text)


def remove_function(project, path, name):
    lines = (project / path).read_text().splitlines(keepends=True)
    body = ast.parse("".join(lines)).body
    node = next(node for node in body if getattr(node, "name", None) == name)
    del lines[node.decorator_list[0].lineno - 1 : node.end_lineno]
    (project / path).write_text("".join(lines))


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """A repository with a table and a model of one's own, and no examples."""
    project = commit_all(copy_project(tmp_path_factory.mktemp("mine"), tests=True))
    project.add_table("ours", ROWS)
    project.set(data="ours", model="random_forest")
    (project / "README.md").write_text("# Ours\n")
    remove_function(project, "src/retrace/models/classical.py", "adaboost")
    remove(project, "src/retrace/models/registry.py", r'    "adaboost": .*\n')
    remove(project, "params.yaml", r"  adaboost:\n(    .*\n)+")
    remove(project, "hpo/spaces.yaml", r"adaboost:\n(  .*\n)+\n")
    project.dvc("add", "--quiet", "data/ours")
    for command in commands():
        project.run("sh", "-c", command.replace("make repro", "retrace repro"))
    return project


@pytest.mark.long
@pytest.mark.slow
def test_the_pipeline_runs_on_what_is_left(mine):
    assert not (mine / "data/digits.yaml").exists()
    assert "# A table: `random_forest`" in mine.read("report/report.md").decode()
    assert mine.run("git", "status", "--porcelain").stdout == ""
    assert "didn't change" in mine.dvc("repro").stdout


@pytest.mark.long
@pytest.mark.slow
def test_the_remaining_tests_still_pass(mine):
    files = [str(path) for path in files_that_look_at_the_repository(mine)]
    options = ["-q", "-n", "2", "-m", "not slow and not long", "-k", "not estimator_contract"]
    run = mine.run("python", "-m", "pytest", *options, *files, check=False)
    assert run.returncode == 0, run.stdout[-3000:]


def files_that_look_at_the_repository(mine):
    """Only these can miss an example: the others make all that they use."""
    files = sorted((mine / "tests").rglob("test_*.py"))
    texts = {file: file.read_text() for file in files}
    found = [file for file in files if all(each.search(texts[file]) for each in (REPOSITORY, EXAMPLE))]
    assert 20 < len(found) < len(files)
    return found
