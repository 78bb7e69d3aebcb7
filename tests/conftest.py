import dataclasses
import functools
import gc
import os
import pickle
import re
import shutil
import signal
import socket
import sys
import tempfile
from pathlib import Path

# One thread for each test process: tests run side by side, and threads that compete are slower.
# All that `seeding.pin` sets, or the warm process would fork nothing for who has called that.
os.environ |= dict.fromkeys(["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"], "1")
# Of `make test ARGS=...`: a `make repro` in a test would take ARGS for its own.
os.environ["MAKEFLAGS"] = ""
os.environ.pop("ARGS", None)
# Images of Python may forbid it: then each of hundreds of processes would compile what it loads.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

import numpy as np
import pandas as pd
import pytest
from filelock import FileLock
from xdist.scheduler import LoadFileScheduling

from clones import make_clone
from project import CHOICES, ROOT, Project, add_examples, commit_all, copy_project
from retrace.core.params import load_params
from retrace.core.records import Dataset
from swift import Swift, missing_programs

SHARED = ROOT.parent / "shared" / "data"

# What takes seconds to load or to start, and the files that need it.
TOGETHER = {
    "transformers": r"tests/cleaning/embedding/",
    "MLflow": r"tests/tools/tracking/",
    "KFP": r"tests/tools/kubeflow/",
    "Swift": r"tests/tools/(sharing/|repository/test_(run_cache|transfers))",
    "Chromium": r"tests/tools/\w+/test_in_chromium",
}

sys.dont_write_bytecode = False

# A shell that starts something in the background lets it ignore Ctrl-C, and so all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config):
    """Keep in memory what quick tests write: DVC's databases wait for the disk with each change."""
    quick = config.getoption("markexpr") == "not long"
    if quick and "TMPDIR" not in os.environ and has_room("/dev/shm"):
        os.environ["TMPDIR"] = "/dev/shm"
        tempfile.tempdir = None


def has_room(folder):
    """Tell whether a folder in memory can take what all quick tests write: up to two gigabytes."""
    try:
        disk = os.statvfs(folder)
        memory = re.search(r"MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text())
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            os.setxattr(file.name, "user.tried", b"")  # the object store writes such
    except OSError:
        return False
    room = min(disk.f_bavail * disk.f_frsize, int(memory[1]) * 1024)
    return room > 8 * 2**30 and not disk.f_flag & os.ST_NOEXEC


def pytest_xdist_auto_num_workers():
    """One more than processors: a test that waits for a server or for DVC leaves its own to another."""
    return (os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count()) + 1


def pytest_xdist_make_scheduler(config, log):
    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


class ByFile(LoadFileScheduling):
    """One process for the tests of a file, or of those that need the same slow thing."""

    def _split_scope(self, nodeid):
        found = (need for need, files in TOGETHER.items() if re.match(files, nodeid))
        return next(found, super()._split_scope(nodeid))


def pytest_collection_modifyitems(items):
    """Begin with files that hold slow tests: what is left for the end is short, and no process idles."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_sessionstart():
    """Look for no garbage while all is loaded."""
    gc.disable()


def pytest_collection_finish():
    """Look for it from now on, but not in what was loaded, which stays."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def params():
    return dataclasses.replace(load_params(ROOT / "params.yaml"), **CHOICES)


@pytest.fixture(scope="session")
def image_cleaning(params):
    """Make settings of `preprocess.image`: ``image_cleaning(size=8, channels=3, fit="crop")``."""
    return functools.partial(dataclasses.replace, params.preprocess.image)


@pytest.fixture(scope="session")
def examples(tmp_path_factory):
    """A folder of datasets that holds those which come with scikit-learn."""
    folder = tmp_path_factory.mktemp("data")
    add_examples(folder)
    return folder


@pytest.fixture
def make_dataset():
    def make(n=100, n_classes=2, kind="tabular", **fields):
        generator = np.random.default_rng(0)
        y = np.arange(n) % n_classes
        if kind == "image":
            X = generator.integers(0, 256, (n, 8, 8, 1), dtype=np.uint8)
        else:
            X = pd.DataFrame({"signal": y + generator.normal(size=n), "noise": generator.normal(size=n)})
        defaults = {
            "name": "made",
            "title": "Made up",
            "task": "classification",
            "kind": kind,
            "X": X,
            "y": y.astype(np.int64),
            "classes": tuple("abcdefghij"[:n_classes]),
            "ids": np.arange(n),
            "row_hash": np.arange(n, dtype=np.uint64),
        }
        return Dataset(**(defaults | fields))

    return make


@pytest.fixture
def in_a_project(tmp_path, monkeypatch):
    """Stand in a folder whose src/ has code of its own: ``in_a_project(models="...")``."""

    def write(**files):
        (tmp_path / "src").mkdir(exist_ok=True)
        for name, text in files.items():
            (tmp_path / "src" / f"{name}.py").write_text(text)
        return tmp_path

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    return write


@pytest.fixture
def project(tmp_path):
    """A copy without Git history, for running single stages."""
    return copy_project(tmp_path)


@pytest.fixture
def repository(project):
    """A copy with Git, for running DVC."""
    return commit_all(project)


@pytest.fixture
def silent_server():
    """The address of a server that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(50)
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def clone(swift, tmp_path):
    """A small repository with data and a run under DVC, and the address of a store that is empty."""
    return make_clone(tmp_path / "first", swift, {"a.csv": b"a\n", "big.bin": os.urandom(300_000)})


@pytest.fixture(scope="session")
def common(tmp_path_factory):
    """A folder of this run of the tests, the same for all processes that test side by side."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def reproduced(common, tmp_path_factory):
    """A repository in which `retrace repro` ran once, with a small model; tests must not change it."""
    run, folder = common / "first_run.pickle", common / "reproduced"
    with FileLock(common / "reproduced.lock"):  # one run for all processes that test side by side
        if not run.exists():
            shutil.rmtree(folder, ignore_errors=True)
            run.write_bytes(pickle.dumps(reproduce(folder)))
    project = Project(folder).copy_to(tmp_path_factory.getbasetemp() / "copy_of_reproduced")
    project.first_run = pickle.loads(run.read_bytes())
    return project


def reproduce(folder):
    project = copy_project(folder)
    project.set(data="wine", model="logistic_regression")
    commit_all(project)
    project.run("git", "repack", "-adq")  # it is copied often, and each object would be a file
    return project.run(sys.executable, "-m", "retrace", "repro")


@pytest.fixture(scope="session")
def swift(tmp_path_factory):
    """A real S3 server with the bucket `shared`; each test takes a folder or a bucket of its own."""
    if missing := missing_programs():
        pytest.skip(
            f"no S3 server to test with: {', '.join(missing)} are not installed (Debian has them)"
        )
    server = Swift(tmp_path_factory.mktemp("swift")).start()
    server.add_bucket("shared", readers="lab:reader")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def titanic_csv():
    path = SHARED / "titanic.csv"
    if not path.is_file():
        pytest.skip(f"the real data lie beside the project, not in it: no {path.name} there")
    return path


@pytest.fixture(scope="session")
def newsgroups_archive():
    path = SHARED / "newsgroups.tar.gz"
    if not path.is_file():
        pytest.skip(f"the real data lie beside the project, not in it: no {path.name} there")
    return path
