import json

import pytest

from retrace.tools.dependencies.programs import Shell, cells_of, programs

FILES = {
    "src/train.py": "",
    "pkg/__init__.py": "",
    "pkg/run.py": "",
    "pkg/__main__.py": "",
    "sub/own.py": "",
    "run.sh": "set -e\npython src/train.py\n",
    "plot.R": "",
    "look.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": ["%load x\n", "import a"]}]}),
    "pyproject.toml": "[project.scripts]\nmytrain = 'pkg.run:main'\n",
    "setup.cfg": "[options.entry_points]\nconsole_scripts =\n    old = pkg.run:main\n",
}


@pytest.fixture
def started(write):
    root = write(FILES)

    def started(command, folder="."):
        found = programs(command, Shell(root=root, folder=root / folder))
        return [[path.relative_to(root).as_posix() for path in each.files] for each in found]

    return started


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("python src/train.py --rate 1", [["src/train.py"]]),
        ("python3.11 -u -W ignore src/train.py", [["src/train.py"]]),
        ("CUDA_VISIBLE_DEVICES=0 poetry run python src/train.py > log.txt", [["src/train.py"]]),
        ("mkdir -p out && python src/train.py; python pkg/run.py", [["src/train.py"], ["pkg/run.py"]]),
        ("cd src && python train.py", [["src/train.py"]]),
        ("python \\\n  src/train.py", [["src/train.py"]]),
        ("python -m pkg.run", [["pkg/__init__.py", "pkg/run.py"]]),
        ("python -m pkg", [["pkg/__init__.py", "pkg/__main__.py"]]),
        ("torchrun --nproc 2 src/train.py", [["src/train.py"]]),
        ("python -m torch.distributed.run src/train.py", [["src/train.py"]]),
        ("mytrain --fast", [["pkg/__init__.py", "pkg/run.py"]]),
        ("old", [["pkg/__init__.py", "pkg/run.py"]]),
        ("bash run.sh", [["run.sh"], ["src/train.py"]]),
        ("Rscript plot.R", [["plot.R"]]),
        ("papermill look.ipynb out.ipynb", [["look.ipynb"]]),
        ("python -c 'import pkg'", [[]]),
        ("echo 'an open quote", []),
        ("wget https://example.org/a.csv", []),
    ],
)
def test_what_a_command_starts(started, command, files):
    assert started(command) == files


def test_a_command_runs_in_its_folder(started):
    assert started("python own.py", folder="sub") == [["sub/own.py"]]
    assert started("python ../src/train.py", folder="sub") == [["src/train.py"]]


def test_cells_are_read_without_what_only_a_notebook_understands(write):
    assert cells_of(write(FILES) / "look.ipynb") == "\nimport a"
    assert cells_of(write({"no.ipynb": "[]"}) / "no.ipynb") == ""
