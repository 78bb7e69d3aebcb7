import subprocess
import sys
from importlib.metadata import PathDistribution

import pytest

from project import ROOT, Project, environment
from retrace.core.artifacts import file_md5
from retrace.core.errors import RetraceError
from retrace.tools.project import template
from retrace.tools.project.wheel import build_wheel

MADE = ("cache/model.joblib", "metrics.json", "report/predictions.csv")


@pytest.fixture(scope="module")
def demo(installed, tmp_path_factory):
    """A project that the installed wheel made, from nothing but itself."""
    folder = tmp_path_factory.mktemp("from_the_wheel")
    made = subprocess.run(
        [sys.executable, "-m", "retrace", "new", "demo"],
        cwd=folder,
        env=environment(Project(folder)) | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return Project(folder / "demo")


@pytest.mark.slow
def test_a_wheel_holds_the_package_its_types_and_the_template(installed):
    (metadata,) = installed.glob("*.dist-info")
    package = PathDistribution(metadata)
    assert package.version.endswith("+test")
    needs = package.requires
    assert {"dvc", "typer", "torch==2.13.0", 'optuna; extra == "hpo"'} <= set(needs)
    assert {each.name for each in package.entry_points} == {"retrace", "retrace-ml"}
    assert (installed / "retrace/py.typed").is_file()
    packed = installed / "retrace/tools/project/template"
    for name in template.names(ROOT):
        assert (packed / name).read_bytes() == (ROOT / name).read_bytes()


@pytest.mark.slow
def test_the_same_sources_are_the_same_wheel(wheel, tmp_path):
    assert file_md5(build_wheel(ROOT, template.names(ROOT), "test", tmp_path)) == file_md5(wheel)


@pytest.mark.long
@pytest.mark.slow
def test_a_project_of_the_wheel_makes_the_very_model_of_this_repository(demo, installed, reproduced):
    assert "retrace-ml==" in (demo / template.PIN).read_text()
    demo.set(data="wine", model="logistic_regression")
    demo.run(sys.executable, "-m", "retrace", "repro", PYTHONPATH=str(installed))
    for path in MADE:
        assert demo.read(path) == reproduced.read(path), path
    checked = demo.run(sys.executable, "-m", "retrace", "check", PYTHONPATH=str(installed))
    assert checked.stdout.startswith("dvc.lock is true: 5 stages")
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    assert "passed" in demo.run(*tests, warm=False, PYTHONPATH=str(installed)).stdout


def test_what_cannot_be_built_says_why(tmp_path):
    (tmp_path / "src").mkdir()
    for name in ("setup.py", "README.md", "LICENSE"):
        (tmp_path / name).write_text("raise SystemExit('no setup')\n")
    (tmp_path / "pyproject.toml").write_text('[build-system]\nrequires = ["setuptools"]\n')
    with pytest.raises(RetraceError, match="cannot be built as a wheel: no setup"):
        build_wheel(tmp_path, [], "test", tmp_path / "wheels")
