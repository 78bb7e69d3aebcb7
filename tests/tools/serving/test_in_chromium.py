"""The page at `/` in a real browser: a digit is drawn, a row filled in, a text pasted."""

import io
import socket
import threading
from contextlib import contextmanager

import numpy as np
import pytest
import uvicorn
from sklearn.datasets import load_digits

from chromium import asked_for, wait
from fitted_models import fitted
from made_datasets import dataset
from retrace.tools.serving import Settings
from retrace.tools.serving.application import make_application

DRAW = """
const pad = document.getElementById("pad"), box = pad.getBoundingClientRect();
const at = (kind, [x, y]) => pad.dispatchEvent(new PointerEvent(kind,
    {clientX: box.left + x, clientY: box.top + y, pointerId: 1, bubbles: true}));
pad.setPointerCapture = () => {};
const points = arguments[0];
at("pointerdown", points[0]);
points.slice(1).forEach((point) => at("pointermove", point));
at("pointerup", points.at(-1));
"""

ANSWER = "return document.querySelector('#answer').dataset.predicted"

RING = [[128 + 50 * np.cos(a), 128 + 85 * np.sin(a)] for a in np.linspace(0, 2 * np.pi, 40)]
THREE = [[70, 50], [150, 45], [175, 80], [130, 120], [180, 160], [160, 205], [70, 210]]


@contextmanager
def listening(holder):
    """Serve in a thread of this process; yield the address."""
    app = make_application(holder, Settings(), log=io.StringIO())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def digits(params):
    found = load_digits()
    X = found.images.astype(np.uint8)[..., None]
    names = tuple("0123456789")
    return fitted(params, dataset(X, found.target, names, "classification", "image"), "random_forest")[0]


@pytest.mark.slow
def test_a_digit_that_is_drawn_is_recognised(browser, digits, made):
    with listening(made(digits)) as address:
        browser.get(address)
        browser.execute_script(DRAW, RING)
        assert wait(browser, ANSWER) == "0"
        browser.find_element("id", "clear").click()
        browser.execute_script(DRAW, THREE)
        assert wait(browser, f"{ANSWER} === '3' && '3'") == "3"
        assert all(url.startswith(address) for url in asked_for(browser))
        assert not [entry for entry in browser.get_log("browser") if "favicon" not in entry["message"]]


@pytest.mark.slow
def test_a_row_is_filled_in_and_what_is_wrong_is_said(browser, predictors, made):
    with listening(made(predictors["table"][0])) as address:
        browser.get(address)
        browser.find_element("id", "ask").click()
        assert wait(browser, ANSWER) in {"no", "yes", "maybe"}
        field = browser.find_element("name", "count")
        field.clear()
        field.send_keys("many")
        browser.find_element("id", "ask").click()
        error = wait(browser, "return document.getElementById('error').textContent")
        assert error.endswith("row 1: count holds 'many', should be a number")


@pytest.mark.slow
def test_a_text_is_pasted(browser, predictors, made):
    with listening(made(predictors["texts"][0])) as address:
        browser.get(address)
        browser.find_element("id", "text").send_keys("word1 word2 word3")
        browser.find_element("id", "ask").click()
        assert wait(browser, ANSWER) == "first"
