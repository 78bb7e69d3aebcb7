"""`retrace search` as a user gives it, on processes and a database that are really there."""

import dataclasses
import json
import subprocess
import sys
from functools import partial

import pytest
from typer.testing import CliRunner

pytest.importorskip("distributed", reason="requirements-hpo.txt is not installed")

import toys
from clusters import Cluster, wait_until
from postgres import running_server
from project import environment
from retrace.core.params import load_params
from retrace.tools.cli import cli
from retrace.tools.repository.cached_parts import load_parts
from retrace.tools.search.cluster.evaluator import ClusterEvaluator
from retrace.tools.search.study.storages import open_storage
from retrace.tools.search.study.studies import begun
from retrace.tools.search.trials.evaluating import LocalEvaluator
from retrace.tools.search.trials.scoring import Problem, score

pytestmark = [pytest.mark.slow, pytest.mark.long]

TRIALS = 40
SHARED = 24

# Four processes of the product; what they import costs five seconds, so they do it together.
FOUR_SEARCHERS = """
import os
import alembic.command, dvc.repo, optuna.visualization, sqlalchemy.dialects.postgresql
import retrace.tools.cli, retrace.tools.search.results.files, retrace.tools.search.setup
for _ in range(3):
    if not os.fork():
        break
try:
    retrace.tools.cli.app()
except SystemExit as end:
    assert not end.code
while True:
    try:
        assert os.wait()[1] == 0
    except ChildProcessError:
        break
"""


@pytest.fixture(scope="module")
def project(reproduced, tmp_path_factory):
    """A copy whose parts are cached, with a model that is fitted in a moment."""
    folder = tmp_path_factory.mktemp("searched") / "copy"
    project = reproduced.copy_to(folder)
    project.set(model="gaussian_nb")
    return project


@pytest.fixture(scope="module")
def cluster(project, tmp_path_factory):
    """A scheduler and two workers, with the project's own code; one of them dies in the last test."""
    with Cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        for _ in range(2):
            cluster.workers.append(cluster.add_worker(PYTHONPATH=str(project / "src")))
        yield cluster


@pytest.fixture(scope="module")
def elsewhere(project, tmp_path_factory):
    """A cluster whose worker was started with older instructions and another hash seed."""
    other = {"OPENBLAS_CORETYPE": "Prescott", "NPY_DISABLE_CPU_FEATURES": "X86_V3"}
    other |= {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "SSE4_2", "PYTHONHASHSEED": "4242"}
    with Cluster(tmp_path_factory.mktemp("elsewhere")) as cluster:
        cluster.add_worker(
            "--preload-nanny", "retrace", nanny=True, PYTHONPATH=str(project / "src"), **other
        )
        yield cluster


def start_search(project, trials, *options, program=("-m", "retrace")):
    return subprocess.Popen(
        [sys.executable, *program, "search", "--trials", str(trials), *options],
        cwd=project.folder,
        env=environment(project),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_trials(where, name):
    import optuna

    storage = open_storage(str(where))
    try:
        return optuna.load_study(study_name=name, storage=storage).get_trials(deepcopy=False)
    finally:
        if "://" in str(where):
            storage.remove_session()
            storage.engine.dispose()


def count_finished(journal):
    """Count without Optuna: lines that say how a trial ended."""
    if not journal.exists():
        return 0
    logs = [json.loads(line) for line in journal.read_text().splitlines() if line.endswith("}")]
    return sum(log.get("op_code") == 6 and log.get("state") == 1 for log in logs)


def check(trials, expected):
    """Each trial that counts is finished, under a number of its own, with a score."""
    counted = begun(trials)
    assert len(counted) == expected
    assert all(trial.state.is_finished() for trial in trials)
    assert len({trial.number for trial in trials}) == len(trials)
    assert all(trial.values for trial in counted if trial.state.name == "COMPLETE")
    return {trial.number: trial.values for trial in counted}


def run(evaluator, settings):
    """Return the values of trials, and all that they reported."""
    reported = []
    with evaluator:
        outcomes = toys.run_all(evaluator, settings, lambda *report: reported.append(report))
    return [outcomes[number].values for number in range(len(settings))], sorted(reported)


def test_a_network_has_the_same_bits_here_and_on_workers(project, elsewhere, monkeypatch):
    monkeypatch.chdir(project.folder)
    training, validation = load_parts()
    params = dataclasses.replace(load_params(), model="mlp")
    problem = Problem(params=params, training=training, validation=validation, goals=("log_loss",))
    settings = [{"models.mlp.epochs": 3, "models.mlp.dropout": dropout} for dropout in (0.1, 0.4)]
    objective = partial(score, problem)
    here = run(LocalEvaluator(objective), settings)
    assert run(ClusterEvaluator(objective, address=elsewhere.address), settings) == here
    assert len(here[1]) == 6


def test_four_searchers_share_a_study_in_postgresql(project):
    with running_server() as url:
        options = ("--study", "shared", "--storage", url, "--sampler", "random")
        searchers = start_search(project, SHARED, *options, program=("-c", FOUR_SEARCHERS))
        said = searchers.communicate(timeout=120)
        assert searchers.returncode == 0, said
        trials = read_trials(url, "shared")
    check(trials, SHARED)
    assert len({trial.user_attrs["searcher"] for trial in begun(trials)}) == 4
    assert (project / "hpo/results/shared/trials.csv").exists()


def test_a_worker_and_then_the_searcher_are_killed_and_no_trial_is_lost_or_doubled(
    project, cluster, monkeypatch
):
    journal = project / "hpo/results/killed/study.journal"
    options = ("--study", "killed", "--cluster", cluster.address, "--folds", "3")
    search = start_search(project, TRIALS, *options)
    wait_until(lambda: count_finished(journal) >= 6, 60)
    cluster.end(cluster.workers[0])
    wait_until(lambda: count_finished(journal) >= 12, 60)
    search.kill()
    search.communicate()
    before = {
        trial.number: trial.values
        for trial in read_trials(journal, "killed")
        if trial.state.name == "COMPLETE"
    }
    assert 12 <= len(before) < TRIALS
    monkeypatch.chdir(project.folder)
    again = CliRunner().invoke(cli, ["search", "--trials", str(TRIALS), *options])
    assert again.exit_code == 0, again
    after = check(read_trials(journal, "killed"), TRIALS)
    assert before.items() <= after.items()
