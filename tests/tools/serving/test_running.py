import concurrent.futures
import contextlib
import itertools
import json
import signal
import socket
import threading

import httpx
import pandas as pd
import pytest

from retrace.core.errors import RetraceError
from retrace.tools.prediction.predictor import load_predictor, named
from retrace.tools.prediction.source import find_source
from retrace.tools.serving.running import _listen
from served import served


@pytest.mark.slow
def test_a_server_that_is_stopped_under_load_answers_all_that_it_took(published, wine):
    """What is asked after the stop is refused; nothing that was answered is wrong."""
    rows = json.loads(pd.read_csv(wine).to_json(orient="records"))
    expected = published.retrace("predict", str(wine), "--model", "v1.0.0").stdout.splitlines()[1:]
    classes = [line.split(",")[1] for line in expected]
    answered = 0
    with served(published, "--model", "v1.0.0") as (process, address):

        def ask(place):
            if place == 60:
                process.send_signal(signal.SIGTERM)
            try:
                said = httpx.post(f"{address}/predict", json={"rows": [rows[place]]}, timeout=30)
            except httpx.TransportError:
                return None
            return said.status_code == 200 and said.json()["rows"][0]["predicted"] == classes[place]

        with concurrent.futures.ThreadPoolExecutor(8) as clients:
            said = list(clients.map(ask, range(len(rows))))
        status = process.wait(60)
    answered = [each for each in said if each is not None]
    assert len(answered) >= 50
    assert all(answered)
    assert status in {0, -signal.SIGTERM}  # uvicorn passes the signal on when it is done


@pytest.mark.long
def test_a_server_that_is_killed_under_load_and_started_again_gives_no_wrong_answer(published, wine):
    rows = json.loads(pd.read_csv(wine).to_json(orient="records"))
    with published.at_home():
        predictor = load_predictor(find_source("v1.0.0"))
    expected = named(predictor.answer(pd.DataFrame(rows)), predictor.signature.classes)["predicted"]
    answered = threading.Semaphore(0)

    def right(address, place):
        said = httpx.post(f"{address}/predict", json={"rows": [rows[place]]}, timeout=60)
        answered.release()
        return said.status_code == 200 and said.json()["rows"][0]["predicted"] == expected[place]

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
