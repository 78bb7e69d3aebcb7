"""A pipeline of two stages that `retrace repro` takes for the real one, and that runs in no time.

While a file `hold` is there the training waits, so a test can meddle: it leaves `started` when it waits.
"""

import shutil
import subprocess
import sys
import time

from project import ROOT, Project, commit_all, environment, warm_python
from retrace.tools.repository.dvc import open_repository

PIPELINE = """\
stages:
  train:
    cmd: python train.py
    params: [model, data, 'models.${model}']
    deps: [train.py]
    outs: [cache/model.joblib]
  report:
    cmd: python report.py
    deps: [cache/model.joblib, report.py]
    metrics: [metrics.json: {cache: false, persist: true}]
    outs: [report/report.md: {cache: false, persist: true}]
"""

TRAIN = """\
import pathlib, re, time
C = re.search(r"logistic_regression:\\n +C: (\\S+)", pathlib.Path("params.yaml").read_text())[1]
while pathlib.Path("hold").exists():
    pathlib.Path("started").touch()
    time.sleep(0.02)
pathlib.Path("cache").mkdir(exist_ok=True)
pathlib.Path("cache/model.joblib").write_text(C)
"""

REPORT = """\
import json, pathlib
C = float(pathlib.Path("cache/model.joblib").read_text())
part = {"accuracy": C / 100}
pathlib.Path("report").mkdir(exist_ok=True)
pathlib.Path("report/report.md").write_text(str(C))
pathlib.Path("metrics.json").write_text(json.dumps({"test": part | {"n": 5}, "validation": part}))
"""

WINE = """\
title: Wine
task: classification
kind: tabular
reader: bundled
dataset: wine
"""


class SmallPipeline(Project):
    """A repository in which the small pipeline ran with ``C: 1.0``."""

    def variables(self):
        return {"PYTHONPATH": str(ROOT / "src")}

    def run(self, *command, **options):
        return super().run(*command, **(self.variables() | options))

    def start(self, *command, warm=False):
        """Start a command and go on; its own session, as that of a job of CI.

        A warm one costs less, but what is sent to it, it does not get.
        """
        python = warm_python() if warm else sys.executable
        return subprocess.Popen(
            [python, "-m", *command],
            cwd=self.folder,
            env=environment(self, python) | self.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def start_training(self, *command, C, **options):
        """Start a run with another C, and return when its training waits."""
        self.set(models__logistic_regression__C=C)
        (self / "hold").touch()
        process = self.start(*command, **options)
        self.wait_for("started", process)
        return process

    def wait_for(self, name, process):
        while not (self / name).exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        (self / name).unlink()

    def let_go(self):
        (self / "hold").unlink()

    def is_true(self, C):
        """Tell whether model, scores and lock are all of one C, and the lock is true for params.yaml."""
        found = self.read("cache/model.joblib"), self.read("report/report.md")
        with self.at_home(), open_repository(notes=True) as repo:
            return found == (str(C).encode(),) * 2 and not repo.status()


def make_small_pipeline(folder):
    project = SmallPipeline(folder)
    (project / ".dvc").mkdir(parents=True)
    (project / ".dvc/config").write_text("[core]\n    analytics = false\n")
    (project / "data").mkdir()
    (project / "data/wine.yaml").write_text(WINE)
    shutil.copy(ROOT / "params.yaml", project / "params.yaml")
    (project / ".gitignore").write_text("/cache/\n.retrace/\nhold\nstarted\n")
    for name, text in {"dvc.yaml": PIPELINE, "train.py": TRAIN, "report.py": REPORT}.items():
        (project / name).write_text(text)
    project.set(data="wine", model="logistic_regression", metric="accuracy", report__slices=[])
    commit_all(project)
    project.dvc("repro", "-q")
    project.run("git", "add", "-A")
    project.run("git", "commit", "-qm", "run")
    return project
