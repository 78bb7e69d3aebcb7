"""Two network namespaces with addresses of their own: what two machines see of each other."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack

import pytest

pytest.importorskip("distributed", reason="requirements-hpo.txt is not installed")

from clusters import ROOT, Cluster

SEARCHER = """
import json, sys, toys
from functools import partial
from clusters import wait_until
from retrace.core.params import load_params
from retrace.tools.search.cluster.evaluator import ClusterEvaluator
with ClusterEvaluator(partial(toys.by_steps, toys.Toy(load_params())), address=sys.argv[1]) as evaluator:
    wait_until(lambda: evaluator.listen(0, lambda *_: False) or evaluator.slots() == 2)
    settings = [{"x": float(i), "seconds": 0.002} for i in range(40)]
    found = toys.run_all(evaluator, settings, lambda number, step, value: value > 100)
print(json.dumps([[o.values, o.pruned, o.attributes["worker"]] for _, o in sorted(found.items())]))
"""


def ip(*arguments):
    return subprocess.run(["ip", *arguments], capture_output=True, text=True, check=True)


@pytest.fixture(scope="module")
def machines():
    """Return for each of two machines how to run a command there."""
    here, there = (f"retrace-{os.getpid()}-{letter}" for letter in "ab")
    with ExitStack() as stack:
        try:
            for name in (here, there):
                ip("netns", "add", name)
                stack.callback(ip, "netns", "delete", name)
            ip("link", "add", "cable", "netns", here, "type", "veth", "peer", "cable", "netns", there)
            for name, address in ((here, "10.87.0.1/24"), (there, "10.87.0.2/24")):
                ip("-n", name, "address", "add", address, "dev", "cable")
                ip("-n", name, "link", "set", "cable", "up")
                ip("-n", name, "link", "set", "lo", "up")
        except (OSError, subprocess.CalledProcessError) as error:
            reason = getattr(error, "stderr", None) or error
            pytest.skip(f"network namespaces need iproute2 and the rights of root: {reason}")
        yield [("ip", "netns", "exec", name) for name in (here, there)]


@pytest.mark.long
@pytest.mark.slow
def test_workers_on_two_machines_share_the_trials(machines, tmp_path):
    here, there = machines
    with Cluster(tmp_path, host="10.87.0.1", prefix=here) as cluster:
        cluster.add_worker(prefix=here)
        cluster.add_worker(prefix=there)
        searcher = subprocess.run(
            [*here, sys.executable, "-c", SEARCHER, cluster.address],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}"},
            capture_output=True,
            text=True,
            check=False,
        )
        logs = [log.read_text() for log in tmp_path.glob("*.log")]
    assert searcher.returncode == 0, searcher.stderr
    found = json.loads(searcher.stdout)
    assert [values for values, *_ in found] == [None if 9 * x > 100 else [10.0 * x] for x in range(40)]
    assert [pruned for _, pruned, _ in found] == [9 * x > 100 for x in range(40)]
    assert len({worker for *_, worker in found}) == 2
    assert any("tcp://10.87.0.2:" in log for log in logs)
