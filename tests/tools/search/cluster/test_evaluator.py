import os
import signal
from functools import partial

import pytest

pytest.importorskip("distributed", reason="requirements-hpo.txt is not installed")

import toys
from clusters import Cluster, wait_until
from retrace.tools.search.cluster.evaluator import ClusterEvaluator
from retrace.tools.search.cluster.workforce import ClusterError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def cluster(scheduler):
    """A scheduler and a worker."""
    scheduler.add_worker()
    return scheduler


@pytest.fixture
def fresh_cluster(scheduler):
    """A scheduler alone; the test adds workers, and may kill them."""
    for worker in scheduler.processes[1:]:
        scheduler.end(worker)
    scheduler.wait_for_workers(0)  # that of a nanny lives a little longer
    return scheduler


@pytest.fixture
def toy(params, tmp_path):
    return toys.Toy(params, tmp_path / "ledger")


def lines(toy, first):
    text = toy.ledger.read_text() if toy.ledger.exists() else ""
    return [line.split() for line in text.splitlines() if line.startswith(first)]


def never(number, step, value):
    return False


def wait_for_slots(evaluator, n):
    def enough():
        evaluator.listen(0, never)
        return evaluator.slots() == n

    wait_until(enough)


def test_two_processes_of_this_machine_compute_trials(toy):
    with ClusterEvaluator(partial(toys.slow, toy), jobs=2) as evaluator:
        wait_for_slots(evaluator, 2)
        found = toys.run_all(evaluator, [{"x": float(i), "seconds": 0.1} for i in range(6)])
    assert {number: outcome.values for number, outcome in found.items()} == {i: (i,) for i in range(6)}
    workers = {int(outcome.attributes["worker"].split(":")[1]) for outcome in found.values()}
    assert len(workers) == 2
    assert os.getpid() not in workers
    wait_until(lambda: not any(is_alive(pid) for pid in workers))


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_trial_is_stopped_on_a_worker_as_in_this_process(cluster, toy):
    settings = [{"x": float(x)} for x in range(5)]

    def judge(number, step, value):
        return value > 12

    with ClusterEvaluator(partial(toys.by_steps, toy), address=cluster.address) as evaluator:
        there = toys.run_all(evaluator, settings, judge)
    for number, overrides in enumerate(settings):
        here = toys.by_steps(toy, overrides, partial(judge, number))
        found = there[number]
        assert (found.values, found.pruned, found.attributes["steps"]) == (
            here.values,
            here.pruned,
            here.attributes["steps"],
        )


def test_an_answer_that_gets_lost_is_asked_for_again(cluster, toy, monkeypatch):
    with ClusterEvaluator(partial(toys.impatient, toy), address=cluster.address) as evaluator:
        judged, reply = [], evaluator._reply
        monkeypatch.setattr(
            evaluator, "_reply", lambda *_: monkeypatch.setattr(evaluator, "_reply", reply)
        )
        evaluator.submit(5, {})
        number, outcome = evaluator.listen(60, lambda *report: judged.append(report) or True)
    assert (number, outcome.pruned, judged) == (5, True, [(5, 0, 0.5)])


def test_a_trial_that_raises_has_failed_with_its_line(cluster, toy):
    with ClusterEvaluator(partial(toys.broken, toy), address=cluster.address) as evaluator:
        found = toys.run_all(evaluator, [{}])
    assert found[0].values is None
    assert found[0].error == "RetraceError: C: got -1, should be more than 0"


@pytest.mark.long
def test_workers_get_the_data_once_and_those_that_join_late_too(fresh_cluster, toy):
    fresh_cluster.add_worker()
    with ClusterEvaluator(partial(toys.slow, toy), address=fresh_cluster.address) as evaluator:
        assert evaluator.slots() == 1
        toys.run_all(evaluator, [{"seconds": 0.0}] * 10)
        fresh_cluster.add_worker()
        wait_for_slots(evaluator, 2)
        toys.run_all(evaluator, [{"seconds": 0.05}] * 20)
    assert len({pid for *_, pid in lines(toy, "started")}) == 2
    unpacked = [pid for _, pid in lines(toy, "unpacked")]
    assert len(unpacked) == len(set(unpacked)) == 2


@pytest.mark.long
def test_a_killed_worker_loses_no_trial_and_doubles_none(fresh_cluster, toy):
    workers = [fresh_cluster.add_worker(), fresh_cluster.add_worker()]
    with ClusterEvaluator(partial(toys.by_steps, toy), address=fresh_cluster.address) as evaluator:
        wait_for_slots(evaluator, 2)
        reported = []

        def kill_one(number, step, value):
            reported.append((number, step))
            if len(reported) == 25:
                fresh_cluster.end(workers[0])
            return False

        settings = [{"x": float(i), "seconds": 0.005} for i in range(12)]
        found = toys.run_all(evaluator, settings, kill_one)
        assert evaluator.slots() == 1
    assert {number: outcome.values[0] for number, outcome in found.items()} == {
        i: 10.0 * i for i in range(12)
    }
    assert len(reported) == len(set(reported)) == 120


@pytest.mark.long
def test_a_trial_that_ends_every_worker_becomes_a_failed_one(fresh_cluster, toy, monkeypatch):
    monkeypatch.setattr("retrace.tools.search.cluster.evaluator.MOST_TRIES", 2)
    fresh_cluster.add_worker(nanny=True)
    with ClusterEvaluator(partial(toys.deadly, toy), address=fresh_cluster.address) as evaluator:
        found = toys.run_all(evaluator, [{"x": 0}, {"x": 1}, {"x": 0}])
    assert [outcome.values for _, outcome in sorted(found.items())] == [(0.0,), None, (0.0,)]
    assert "its worker died 2 times" in found[1].error


@pytest.mark.long
def test_a_worker_drops_the_trial_of_a_searcher_that_is_gone(fresh_cluster, toy):
    fresh_cluster.add_worker()

    def vanish(*_):
        raise KeyboardInterrupt

    with ClusterEvaluator(partial(toys.by_steps, toy), address=fresh_cluster.address) as evaluator:
        evaluator.submit(0, {"x": 1.0})
        with pytest.raises(KeyboardInterrupt):
            evaluator.listen(60, vanish)
    wait_until(lambda: lines(toy, "stopped"))
    with ClusterEvaluator(partial(toys.empty, toy), address=fresh_cluster.address) as evaluator:
        assert toys.run_all(evaluator, [{"x": 1.0}])[0].values == (1.0,)


def test_without_workers_it_waits_says_so_and_gives_up(fresh_cluster, toy, capsys):
    with pytest.raises(ClusterError, match=r"no worker at tcp://.*start some with .*\(waited"):
        ClusterEvaluator(partial(toys.empty, toy), address=fresh_cluster.address, patience=0.5)
    assert "waiting up to" in capsys.readouterr().err


@pytest.mark.long
def test_a_trial_waits_for_a_worker_that_comes_later(fresh_cluster, toy):
    worker = fresh_cluster.add_worker()
    with ClusterEvaluator(partial(toys.slow, toy), address=fresh_cluster.address) as evaluator:
        evaluator.submit(0, {"x": 3.0, "seconds": 0.5})
        wait_until(lambda: lines(toy, "started"))
        worker.send_signal(signal.SIGKILL)
        wait_for_slots(evaluator, 0)
        fresh_cluster.add_worker()
        _, outcome = wait_until(lambda: evaluator.listen(5, never))
    assert outcome.values == (3.0,)


@pytest.mark.long
def test_a_scheduler_that_goes_away_is_one_line(fresh_cluster, toy):
    fresh_cluster.add_worker()
    with ClusterEvaluator(partial(toys.slow, toy), address=fresh_cluster.address) as evaluator:
        evaluator.submit(0, {"seconds": 20})
        fresh_cluster.end(fresh_cluster.scheduler)
        with pytest.raises(ClusterError, match=r"went away.*the same command, which goes on"):
            evaluator.listen(60, never)
