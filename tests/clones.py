"""Clones of a small repository that share its data through an S3 store."""

import functools
import hashlib
import subprocess
import sys

from project import ROOT, Project, environment, forget_stores
from retrace.tools.repository.dvc import open_repository

PIPELINE = """stages:
  make:
    cmd: mkdir made && ls -R data | cat - params.yaml > made/all && echo ran >> runs.log
    params: [rate]
    deps: [data]
    outs: [made]
"""

# As `retrace remote` writes it.
CONFIG = """[core]
    analytics = false
    remote = store
['remote "store"']
    url = s3://shared/{folder}
    endpointurl = {endpoint}
    region = us-east-1
    verify = true
    connect_timeout = 5
    read_timeout = 10
    configpath = s3-client
"""

S3_CLIENT = """[default]
request_checksum_calculation = when_required
response_checksum_validation = when_required
max_attempts = 2
"""


class Clone(Project):
    """A clone of one user, with the keys of one."""

    def __init__(self, folder, swift, bucket="shared"):
        super().__init__(folder)
        self.swift, self.bucket = swift, bucket

    def run(self, *command, **options):
        return super().run(*command, **(self.variables() | options))

    def start(self, *arguments):
        """Start a `retrace` command and go on."""
        return subprocess.Popen(
            [sys.executable, "-m", "retrace", *arguments],
            cwd=self.folder,
            env=environment(self) | self.variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def variables(self):
        home = {"HOME": str(self.folder.parent), "PYTHONPATH": str(ROOT / "src")}
        return home | self.swift.keys()

    def clone(self, name):
        """Clone what is committed, without data, to a folder beside this one or elsewhere."""
        folder = self.folder.parent / name
        self.run("git", "clone", "-q", self.folder, folder)
        return Clone(folder, self.swift, self.bucket)

    def reproduce(self, rate):
        (self / "params.yaml").write_text(f"rate: {rate}\n")
        with self.at_home(), open_repository(notes=True) as repo:
            repo.reproduce()
        self.commit()

    def reuse(self, rate):
        """Take what is known of a run with this rate; return how often the stage ran."""
        (self / "params.yaml").write_text(f"rate: {rate}\n")
        forget_stores()
        with self.at_home(), open_repository(notes=True) as repo:
            repo.reproduce(pull=True)
        return self.stages_ran()

    def add_data(self):
        with self.at_home(), open_repository(notes=True) as repo:
            repo.add("data")

    def commit(self):
        self.run("git", "add", "-A")
        self.run("git", "commit", "-q", "-m", "step")

    def stages_ran(self):
        """Count how often the stage ran here."""
        log = self / "runs.log"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def contents(self):
        """Return the bytes of all that is under DVC."""
        files = [*(self / "data").rglob("*"), *(self / "made").rglob("*")]
        return {
            str(file.relative_to(self.folder)): file.read_bytes() for file in files if file.is_file()
        }

    def key(self, path):
        """Return the name that a file's object has in the bucket."""
        digest = hashlib.md5(self.read(path)).hexdigest()
        return f"{self.folder.parent.name}/files/md5/{digest[:2]}/{digest[2:]}"


@functools.cache
def read_descriptions_once():
    """Let S3's client parse what it knows of S3, a megabyte, once: each command makes a new one."""
    from botocore.loaders import JSONFileLoader

    read = functools.cache(JSONFileLoader().load_file)
    JSONFileLoader.load_file = lambda _, path: read(path)


def make_clone(folder, swift, files):
    """Make a repository whose data and pipeline are under DVC, with a folder of its own on the store.

    `files` is ``{path below data/: bytes}``.
    """
    read_descriptions_once()
    project = Clone(folder, swift)
    for path, content in files.items():
        (project / "data" / path).parent.mkdir(parents=True, exist_ok=True)
        (project / "data" / path).write_bytes(content)
    (project / ".dvc").mkdir()
    config = CONFIG.format(folder=folder.parent.name, endpoint=swift.url)
    (project / ".dvc/config").write_text(config)
    (project / ".dvc/s3-client").write_text(S3_CLIENT)
    (project / ".dvc/.gitignore").write_text("/config.local\n/tmp\n/cache\n")
    (project / "dvc.yaml").write_text(PIPELINE)
    (project / ".gitignore").write_text("runs.log\n")
    project.run("git", "init", "-q", "-b", "main")
    project.add_data()
    project.reproduce(rate=1e-05)
    return project
