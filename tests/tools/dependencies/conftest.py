import subprocess

import pytest

from retrace.tools.repository.stages import Result, Stage

FILES = {
    ".dvc/config": "",
    "dvc.yaml": """\
stages:
  # the model
  train:
    cmd: python src/train.py
    deps:
      - data.csv
      - src/lib  # all of it
      - src/train.py
    params:
      - train.rate
    outs:
      - model.txt
""",
    "params.yaml": "seed: 1\ntrain:\n  rate: 0.1\n  epochs: 2\n",
    "data.csv": "1\n",
    "src/train.py": """\
import yaml
from lib.fit import fit

def main():
    params = yaml.safe_load(open("params.yaml"))["train"]
    with open("model.txt", "w") as file:
        file.write(fit(params["rate"]) + open("data.csv").read())

if __name__ == "__main__":
    main()
""",
    "src/lib/__init__.py": "",
    "src/lib/fit.py": "from . import shared\n\ndef fit(rate):\n    return str(rate)\n",
    "src/lib/shared.py": "",
    "src/other.py": "",
}


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write files of a project, and stand in it."""
    monkeypatch.chdir(tmp_path)

    def write(files):
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return tmp_path

    return write


@pytest.fixture
def toy(write):
    """A project of one stage, which declares all that it loads."""
    folder = write(FILES)
    subprocess.run(["git", "init", "-q", folder], check=True)
    return folder


@pytest.fixture
def stage():
    """The stage of the project, as DVC reads it."""
    return Stage(
        name="train",
        cmd="python src/train.py",
        locked_cmd=None,
        dependencies=[],
        results=[Result(path="model.txt", locked=None)],
        params={"params.yaml": {"train.rate": 0.1}},
        locked_params={},
        dropped=[],
        declared=("data.csv", "src/lib", "src/train.py"),
        folder=".",
    )
