import os
import shutil
from functools import partial

import pytest

pytest.importorskip("distributed", reason="requirements-hpo.txt is not installed")

import toys
from clusters import ROOT, Cluster, wait_until
from retrace.tools.search.cluster.evaluator import ClusterEvaluator
from retrace.tools.search.cluster.workforce import ClusterError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("workforce")


@pytest.fixture(scope="module")
def other_code(folder):
    """The package with one more line, as of another commit."""
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "src/retrace/models/fitting.py").open("a") as file:
        file.write("# changed\n")
    return f"{folder / 'src'}{os.pathsep}{ROOT / 'tests'}"


@pytest.fixture(scope="module")
def cluster(folder, other_code):
    """One worker with other code, and one with two threads and a GPU by name."""
    with Cluster(folder) as cluster:
        cluster.add_worker(PYTHONPATH=other_code)
        cluster.add_worker("--resources", "GPU=1", threads=2)
        cluster.wait_for_workers(2)  # a search that finds the first alone ends with a line
        yield cluster


@pytest.fixture
def toy(params):
    return toys.Toy(params)


def test_a_worker_with_other_code_is_left_out_with_the_remedy(cluster, toy, capsys):
    said = []

    def is_left_out():
        evaluator.listen(0, lambda *_: False)
        said.append(capsys.readouterr().err)
        return "is left out: retrace " in "".join(said)

    with ClusterEvaluator(partial(toys.empty, toy), address=cluster.address) as evaluator:
        wait_until(is_left_out)
        assert evaluator.slots() == 1
    assert "the same commit" in "".join(said)


def test_a_worker_with_several_threads_is_named_and_computes_one_trial_at_a_time(cluster, toy, capsys):
    with ClusterEvaluator(partial(toys.empty, toy), address=cluster.address) as evaluator:
        assert evaluator.slots() == 1
    assert "has 2 threads, but computes one trial at a time" in capsys.readouterr().err


def test_trials_on_a_gpu_go_to_workers_that_have_the_resource(cluster, toy):
    with ClusterEvaluator(partial(toys.slow, toy), gpu=True, address=cluster.address) as evaluator:
        found = toys.run_all(evaluator, [{"seconds": 0}] * 3)
    assert len({outcome.attributes["worker"] for outcome in found.values()}) == 1


@pytest.mark.long
def test_a_cluster_whose_workers_all_differ_is_one_line(tmp_path, other_code, toy):
    with Cluster(tmp_path) as cluster:
        cluster.add_worker(PYTHONPATH=other_code)
        with pytest.raises(ClusterError, match=r"no worker .* can be used: .* left out.*same commit"):
            ClusterEvaluator(partial(toys.empty, toy), address=cluster.address)
        with pytest.raises(ClusterError, match=r"train.device is cuda, and no worker .* resource GPU"):
            ClusterEvaluator(partial(toys.empty, toy), gpu=True, address=cluster.address, patience=1.0)
