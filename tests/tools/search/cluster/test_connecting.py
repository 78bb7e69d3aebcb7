import os
import signal
import subprocess
import sys

import psutil
import pytest

pytest.importorskip("distributed", reason="requirements-hpo.txt is not installed")

from clusters import ROOT, wait_until
from retrace.tools.search.cluster import connecting
from retrace.tools.search.cluster.connecting import connection
from retrace.tools.search.cluster.workforce import ClusterError

SEARCHER = """
import sys, toys
from functools import partial
from retrace.core.params import load_params
from retrace.tools.search.cluster.evaluator import ClusterEvaluator
if __name__ == "__main__":
    try:
        with ClusterEvaluator(partial(toys.slow, toys.Toy(load_params())), jobs=1) as evaluator:
            evaluator.submit(0, {"seconds": 60})
            print("started", flush=True)
            evaluator.listen(None, lambda *_: False)
    except KeyboardInterrupt:
        sys.exit("interrupted")
"""


@pytest.mark.slow
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "tcp://no-such-host.invalid:8786"])
def test_a_scheduler_that_does_not_answer_is_one_line(address, monkeypatch):
    assert connecting.SECONDS_TO_CONNECT < 15
    monkeypatch.setattr(connecting, "SECONDS_TO_CONNECT", 1)
    with (
        pytest.raises(ClusterError, match=rf"no Dask scheduler answers at {address}.*dask scheduler"),
        connection(address=address),
    ):
        pass


@pytest.fixture
def searcher(tmp_path):
    """A searcher with a process of its own, in a process group as under a terminal."""
    (tmp_path / "searcher.py").write_text(SEARCHER)
    path = f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}"
    process = subprocess.Popen(
        [sys.executable, tmp_path / "searcher.py"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # What runs the tests in the background may have set it to be ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    process.family = []
    assert process.stdout.readline() == "started\n"
    process.family = psutil.Process(process.pid).children(recursive=True)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.long
@pytest.mark.slow
def test_ctrl_c_ends_all_processes_without_a_traceback(searcher, tmp_path):
    assert searcher.family
    os.killpg(searcher.pid, signal.SIGINT)
    _, said = searcher.communicate(timeout=20)
    assert said.strip() == "interrupted"
    wait_until(lambda: not any(process.is_running() for process in searcher.family))
    assert [path.name for path in tmp_path.iterdir()] == ["searcher.py"]


@pytest.mark.long
@pytest.mark.slow
def test_only_this_machine_can_reach_the_processes_and_they_end_with_a_killed_searcher(searcher):
    everyone = [psutil.Process(searcher.pid), *searcher.family]
    sockets = [each for process in everyone for each in process.net_connections("tcp")]
    hosts = {each.laddr.ip for each in sockets if each.status == psutil.CONN_LISTEN}
    assert hosts == {"127.0.0.1"}
    searcher.kill()
    wait_until(lambda: not any(process.is_running() for process in searcher.family))
