"""docs/map.md is true: its tree, its stages, and what it says can be deleted."""

import ast
import functools
import re
import shutil
import sys

import pytest

from project import ROOT, commit_all, copy_project
from retrace.core.checked_yaml import load_yaml

PAGE = (ROOT / "docs/map.md").read_text()
DELETABLE = {
    tool: re.findall(r"`([^`]+)`", paths)
    for tool, paths in re.findall(r"^\| (\w+) \| ((?:`[^`]+` ?)+) \|$", PAGE, re.MULTILINE)
}


def test_every_room_is_on_the_map():
    rooms = {path.parent.name for path in (ROOT / "src/retrace").rglob("__init__.py")} - {"retrace"}
    assert not {room for room in rooms if not re.search(rf"^ +{room}/\s", PAGE, re.MULTILINE)}


def test_the_map_names_the_rooms_of_each_stage():
    for name, stage in load_yaml(ROOT / "dvc.yaml")["stages"].items():
        deps = [
            dep.removeprefix("src/retrace/") for dep in stage["deps"] if dep.startswith("src/retrace/")
        ]
        rooms = re.search(rf"^\| `{name}` \| (.+) \|$", PAGE, re.MULTILINE)[1].split(", ")
        assert sorted(deps) == sorted([*rooms, "__init__.py"])


def test_these_tools_can_be_deleted():
    assert set(DELETABLE) == {
        "export",
        "serving",
        "release",
        "monitoring",
        "search",
        "dashboard",
        "pull_request",
        "sharing",
        "comparison",
        "project",
        "notebooks",
        "curves",
        "prediction",
        "registry",
        "tracking",
        "submission",
        "kubeflow",
    }


@pytest.mark.parametrize("tool", DELETABLE)
def test_nothing_that_stays_imports_a_tool_that_goes(tool):
    gone = tuple(ROOT / path for path in DELETABLE[tool])
    files = [
        *(ROOT / "src").rglob("*.py"),
        *(ROOT / "tests").rglob("test_*.py"),
        ROOT / "tests/conftest.py",
    ]
    kept = [path for path in files if not any(path.is_relative_to(folder) for folder in gone)]
    imported = {name for path in kept for name in modules_of(path)}
    assert not {name for name in imported if f"{name}.".startswith(f"retrace.tools.{tool}.")}


@pytest.mark.long
@pytest.mark.slow
def test_without_these_tools_the_linters_the_tests_and_the_pipeline_go_on(tmp_path):
    project = copy_project(tmp_path, tests=True)
    cli = project / "src/retrace/tools/cli.py"
    for tool, paths in DELETABLE.items():
        for path in paths:
            target = project / path
            if target.exists():  # what stands on a tool goes with it, and on its own too
                shutil.rmtree(target) if target.is_dir() else target.unlink()
        cli.write_text(re.sub(rf'\n    "{tool}\.\w+": .*', "", cli.read_text()))
    project.set(data="wine", model="logistic_regression")
    commit_all(project)
    project.run("ruff", "check")
    project.run("mypy", "--cache-dir", ROOT / ".mypy_cache")  # `make lint` has filled it
    project.run(sys.executable, "-m", "pytest", "--collect-only", "-q", "-n", "0")
    project.run(sys.executable, "-m", "retrace", "repro")


@functools.cache
def modules_of(path):
    """Return the modules that a file imports, itself or through those that tests share."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    shared = [ROOT / "tests" / f"{name.partition('.')[0]}.py" for name in names]
    return names.union(*(modules_of(file) for file in shared if file.is_file()))
