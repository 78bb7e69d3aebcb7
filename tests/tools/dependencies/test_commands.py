"""Through DVC: its own reading of foreach, matrix, wdir and vars."""

import pytest

from project import Project
from retrace.tools.dependencies.commands import problems
from retrace.tools.dependencies.judging import judge
from retrace.tools.repository.stages import read_stages

MANY = """\
vars:
  - folder: src
stages:
  each:
    foreach: [a, b]
    do:
      wdir: ${folder}
      cmd: python train.py --name ${item}
      deps: [train.py, lib]
      params: [../params.yaml: [train.rate]]
      outs:
        - model_${item}.txt
  grid:
    matrix:
      size: [1, 2]
    cmd: python -m src.train ${item.size}
    deps:
      - src/lib/fit.py
      - src/other.py
    params:
      - train
    outs:
      - grid_${item.size}.txt
"""


@pytest.fixture
def deps(toy):
    return lambda *options: Project(toy).retrace("deps", *options, check=False)


def test_check_passes_where_all_is_declared(deps):
    run = deps("--check")
    assert (run.returncode, run.stdout) == (0, "dvc.yaml declares the 4 files that 1 stages load\n")


def test_check_fails_and_write_mends(deps, toy):
    before = (toy / "dvc.yaml").read_text()
    (toy / "dvc.yaml").write_text(before.replace("      - src/lib  # all of it\n", ""))
    run = deps("--check")
    assert run.returncode == 1
    assert run.stderr.splitlines()[1] == "  train: src/lib/__init__.py is loaded and no dependency"
    assert deps().returncode == 0
    assert deps("--write").stdout.startswith("train: + src/lib\n")
    assert (toy / "dvc.yaml").read_text() == before.replace("  # all of it", "")


def test_write_and_check_exclude_each_other(deps):
    assert "choose one" in deps("--write", "--check").stderr


def test_stages_of_a_template_are_judged_one_by_one_and_mended_together(deps, toy):
    (toy / "dvc.yaml").write_text(MANY)
    found = problems(judge(read_stages(), toy))
    assert found == [
        "grid@1, grid@2: src/lib/__init__.py is loaded and no dependency",
        "grid@1, grid@2: src/lib/shared.py is loaded and no dependency",
        "grid@1, grid@2: src/train.py is loaded and no dependency",
        "grid@1, grid@2: src/other.py is a dependency of which nothing is loaded",
    ]
    deps("--write")
    assert problems(judge(read_stages(), toy)) == []
    assert (toy / "dvc.yaml").read_text() == MANY.replace(
        "      - src/lib/fit.py\n      - src/other.py\n", "      - src/lib\n      - src/train.py\n"
    )


def test_where_params_are_handed_on_is_noted(deps, toy):
    (toy / "src/lib/shared.py").write_text("import dvc.api\nprint(dvc.api.params_show())\n")
    script = (
        (toy / "src/train.py").read_text().replace('["train"]', "").replace('params["rate"]', "params")
    )
    (toy / "src/train.py").write_text(script.replace("fit(params)", "str(params)"))
    assert deps().stdout.startswith("note: all params are handed on at src/train.py:7: keys read past")
