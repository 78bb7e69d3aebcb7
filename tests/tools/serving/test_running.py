import concurrent.futures
import contextlib
import itertools
import json
import os
import signal
import socket
import ssl
import threading

import httpx
import pandas as pd
import pytest

from retrace.core.errors import RetraceError
from retrace.tools.prediction.predictor import load_predictor, named
from retrace.tools.prediction.source import find_source
from retrace.tools.serving import Settings, running
from retrace.tools.serving.running import _listen, run
from served import served

CONTEXT = ssl.create_default_context()  # it takes longer to make than a request to answer


@pytest.fixture
def expected(published, wine):
    """Rows as JSON, and the class that the model gives each."""
    rows = json.loads(pd.read_csv(wine).to_json(orient="records"))
    with published.at_home():
        predictor = load_predictor(find_source("v1.0.0"))
    found = named(predictor.answer(pd.DataFrame(rows)), predictor.signature.classes)
    return rows, found["predicted"]


@pytest.mark.slow
def test_a_server_that_is_stopped_under_load_answers_all_that_it_took(published, expected, monkeypatch):
    """What is asked after the stop is refused; nothing that was answered is wrong."""
    (rows, classes), stops = expected, []
    listener = _listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    monkeypatch.setattr(running, "_listen", lambda *_: listener)
    monkeypatch.setattr(running, "quiet_access_log", lambda: None)  # it is for a process of its own

    def ask(place):
        if place == 60:
            os.kill(os.getpid(), signal.SIGTERM)
        try:
            said = httpx.post(
                f"{address}/predict", json={"rows": [rows[place]]}, timeout=30, verify=CONTEXT
            )
        except httpx.TransportError:
            return None
        return said.status_code == 200 and said.json()["rows"][0]["predicted"] == classes[place]

    before = signal.signal(signal.SIGTERM, lambda number, _: stops.append(number))
    try:
        with concurrent.futures.ThreadPoolExecutor(8) as clients:
            asked = clients.map(ask, range(len(rows)))
            with listener, published.at_home():
                run("v1.0.0", None, Settings(), host="127.0.0.1", port=0, reload_every=0)
    finally:
        signal.signal(signal.SIGTERM, before)
    answered = [each for each in asked if each is not None]
    assert len(answered) >= 50
    assert all(answered)
    assert stops == [signal.SIGTERM]  # uvicorn passes the signal on when it is done


@pytest.mark.long
def test_a_server_that_is_killed_under_load_and_started_again_gives_no_wrong_answer(published, expected):
    rows, classes = expected
    answered = threading.Semaphore(0)

    def right(address, place):
        said = httpx.post(f"{address}/predict", json={"rows": [rows[place]]}, timeout=60)
        answered.release()
        return said.status_code == 200 and said.json()["rows"][0]["predicted"] == classes[place]

    def ask_until_it_dies(address, start):
        found = []
        with contextlib.suppress(httpx.TransportError):
            for place in itertools.cycle(range(start, len(rows))):
                found.append(right(address, place))
        return found

    with served(published, "--model", "v1.0.0") as (process, address):
        with concurrent.futures.ThreadPoolExecutor(4) as clients:
            asking = [clients.submit(ask_until_it_dies, address, 40 * client) for client in range(4)]
            assert all(answered.acquire(timeout=60) for _ in range(12))
            process.kill()
        found = [each for client in asking for each in client.result()]
    assert len(found) >= 12
    assert all(found)
    with served(published, "--model", "v1.0.0", "--port", address.rpartition(":")[2]) as (_, again):
        assert again == address
        assert all(right(again, place) for place in range(0, len(rows), 9))


def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(RetraceError, match=f"127.0.0.1:{port} cannot be used .*--port"):
            _listen("127.0.0.1", port)
