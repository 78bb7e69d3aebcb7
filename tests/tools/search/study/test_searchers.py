import os
import socket
import subprocess
import time

from retrace.tools.search.study.searchers import heartbeat, is_alive, this_searcher
from searches import open_study


def test_this_process_is_alive():
    assert is_alive(this_searcher(), {})


def test_a_process_that_ended_is_not():
    process = subprocess.Popen(["true"])
    process.wait()
    assert not is_alive(f"{socket.gethostname()}:{process.pid}:{int(time.time())}", {})


def test_another_process_with_the_same_number_is_another_searcher():
    assert not is_alive(f"{socket.gethostname()}:{os.getpid()}:1", {})


def test_on_another_machine_a_sign_of_life_counts():
    assert is_alive("far:1:1", {"alive far:1:1": time.time() - 30})
    assert not is_alive("far:1:1", {"alive far:1:1": time.time() - 3000})
    assert not is_alive("far:1:1", {})


def test_a_searcher_gives_its_first_sign_at_once(tmp_path):
    opened = open_study(tmp_path / "j")
    with heartbeat(opened.study, "far:1:1"):
        assert is_alive("far:1:1", opened.study.user_attrs)
