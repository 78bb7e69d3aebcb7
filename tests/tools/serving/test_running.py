import concurrent.futures
import json
import signal
import socket

import httpx
import pytest

from retrace.core.errors import RetraceError
from retrace.tools.serving.running import _listen
from served import served


@pytest.mark.slow
def test_a_server_that_is_stopped_under_load_answers_all_that_it_took(published, wine):
    """What is asked after the stop is refused; nothing that was answered is wrong."""
    import pandas as pd

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


def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(RetraceError, match=f"127.0.0.1:{port} cannot be used .*--port"):
            _listen("127.0.0.1", port)
