"""A copy of this repository, for tests that run stages and DVC as a user does."""

import atexit
import contextlib
import functools
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from unittest import mock

import pandas as pd
from ruamel.yaml import YAML

from retrace.core.checked_yaml import load_yaml
from retrace.core.errors import run_or_explain
from retrace.tools.cli import cli
from retrace.tools.repository.dvc import open_repository
from retrace.tools.repository.overrides import set_key
from warm_python import Warm

ROOT = Path(__file__).parents[1]

# The tests stay as they are when your own data and choices take the place of those that ship.
EXAMPLES = {
    "digits": {"task": "classification", "kind": "image"},
    "wine": {"task": "classification", "kind": "tabular"},
    "diabetes": {"task": "regression", "kind": "tabular"},
}
CHOICES = {"data": "digits", "model": "cnn", "metric": "accuracy"}


def set_params(folder, values):
    """Set keys such as ``"models.svm.C"`` in a params.yaml, without what DVC's own way takes to load."""
    path = folder / "params.yaml"
    params = load_yaml(path)
    for key, value in values.items():
        set_key(params, key, value)
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(params, file)


@functools.cache
def warm_python():
    """Start the process that programs are forked from; return what to call in place of Python."""
    warm = Warm()
    atexit.register(warm.stop)
    return str(warm.program)


def environment(project, python=sys.executable):
    """Run the copy's own package, in the Python that runs the tests."""
    identity = {
        f"GIT_{who}_{what}": "test@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    programs = [Path(python).parent, Path(sys.executable).parent, os.environ["PATH"]]
    path = os.pathsep.join(map(str, dict.fromkeys(programs)))
    own = {"PATH": path, "PYTHONPATH": str(project.folder / "src"), "COLUMNS": "200"}
    return os.environ | own | identity


class Project:
    """A copy of this repository as a user would have it: its own Git, its own DVC cache."""

    def __init__(self, folder):
        self.folder = folder

    def __truediv__(self, path):
        return self.folder / path

    def copy_to(self, folder):
        """Copy all of it, its Git and its cache too, for a test to change."""
        return type(self)(shutil.copytree(self.folder, folder, symlinks=True))

    def run(self, *command, check=True, warm=True, **variables):
        """Run a program here; Python, and what it starts, is forked from a warm process where asked."""
        python = warm_python() if warm else sys.executable
        run = subprocess.run(
            [python if command[0] == sys.executable else command[0], *command[1:]],
            cwd=self.folder,
            env=environment(self, python) | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or run.returncode == 0, f"{command}\n{run.stdout}\n{run.stderr}"
        return run

    def stage(self, name, **options):
        return self.run("python", f"src/{name}.py", **options)

    def dvc(self, *arguments, **options):
        return self.run(sys.executable, "-m", "dvc", *arguments, **options)

    def retrace(self, *arguments, check=True, **variables):
        """Call a `retrace` command in this process: another one costs two seconds."""
        out, error = io.StringIO(), io.StringIO()
        forget_stores()
        with self.at_home(**variables), redirected(out, error):
            try:
                run_or_explain(lambda: cli(arguments))
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else 1
                print(end.code or "", end="", file=error)
        assert not check or status == 0, f"{arguments}\n{out.getvalue()}\n{error.getvalue()}"
        return subprocess.CompletedProcess(arguments, status, out.getvalue(), error.getvalue())

    @contextlib.contextmanager
    def at_home(self, **variables):
        """Stand in this clone, with its environment."""
        with (
            contextlib.chdir(self.folder),
            mock.patch.dict(os.environ, environment(self) | self.variables() | variables),
            mock.patch.object(sys, "executable", warm_python()),
            warnings.catch_warnings(),
        ):
            # As in a process of its own: those of DVC's libraries are not this project's.
            warnings.simplefilter("ignore", DeprecationWarning)
            yield

    def add_remote(self, store):
        """Make a folder the DVC remote."""
        with open_repository(self.folder) as repo, repo.config.edit("repo") as config:
            config["remote"]["disk"] = {"url": str(store)}
            config["core"]["remote"] = "disk"

    def variables(self):
        """Return what a command in this folder has in its environment besides."""
        return {}

    def set(self, **values):
        """Edit params.yaml: ``set(split__test=1.2)``."""
        set_params(self.folder, {key.replace("__", "."): value for key, value in values.items()})

    def add_table(self, name, rows, **description):
        """Bring in a table as a user does: a description and a folder with a CSV file."""
        (self.folder / "data" / name).mkdir()
        text = rows if isinstance(rows, str) else pd.DataFrame(rows).to_csv(index=False)
        (self.folder / "data" / name / "table.csv").write_text(text)
        common = {
            "title": "A table",
            "task": "classification",
            "kind": "tabular",
            "reader": "table",
            "licence": "none",
            "file": "table.csv",
            "target": "label",
        }
        with (self.folder / "data" / f"{name}.yaml").open("w") as file:
            YAML().dump(common | description, file)
        self.set(data=name)

    def add_texts(self, name, files, **description):
        """Bring in a folder of texts: ``{"spam/1.txt": "...", ...}``."""
        for path, text in files.items():
            (self.folder / "data" / name / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / "data" / name / path).write_text(text)
        common = {"title": "Texts", "task": "classification", "kind": "text", "licence": "none"}
        with (self.folder / "data" / f"{name}.yaml").open("w") as file:
            YAML().dump(common | {"reader": "text_folder"} | description, file)
        self.set(data=name)

    def read(self, path):
        return (self.folder / path).read_bytes()


@contextlib.contextmanager
def redirected(out, error):
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        yield


def forget_stores():
    """Let a command know no more of a store than one that has a process of its own."""
    from s3fs import S3FileSystem

    S3FileSystem.clear_instance_cache()


def copy_project(folder, tests=False):
    """Copy this repository, with the choices that the tests suppose, and its own tests where asked."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", f"{template(tests)}/.", folder], check=True)
    return Project(folder)


@functools.cache
def template(tests):
    """Copy this repository once for each process: `cp` copies the copy in a tenth of the time."""
    folder = Path(tempfile.mkdtemp(prefix="template"))
    atexit.register(shutil.rmtree, folder)
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() and (tests or not re.match(r"tests/(.*/)?test_\w+\.py$", name)):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    add_examples(folder / "data")
    chosen = load_yaml(folder / "params.yaml")
    if any(chosen[key] != choice for key, choice in CHOICES.items()) or chosen["report"]["slices"]:
        Project(folder).set(**CHOICES, report__slices=[])
    return folder


def add_examples(data):
    """Describe the datasets that come with scikit-learn where their descriptions are gone."""
    for name, kind in EXAMPLES.items():
        if not (data / f"{name}.yaml").exists():
            (data / name).mkdir(parents=True)
            (data / name / "README.md").write_text("No files here.\n")
            common = {"title": name.title(), "reader": "bundled", "dataset": name, "licence": "none"}
            with (data / f"{name}.yaml").open("w") as file:
                YAML().dump(common | kind, file)


def commit_all(project):
    project.run("git", "init", "-q", "-b", "main")
    project.run("git", "add", "-A")
    project.run("git", "commit", "-q", "-m", "start")
    return project
