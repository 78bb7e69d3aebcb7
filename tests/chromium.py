"""A real Chromium, without network, that logs what its pages say and ask for."""

import json
import shutil
import time
from contextlib import contextmanager

import pytest


@contextmanager
def chromium(profile):
    program = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    driver = shutil.which("chromedriver")
    if not (program and driver):
        pytest.skip("no Chromium here: apt-get install chromium chromium-driver")
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for option in ("headless=new", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run",
                   "disable-background-networking", "disable-component-update", "disable-sync",
                   f"user-data-dir={profile}", "window-size=1400,900"):  # fmt: skip
        options.add_argument(f"--{option}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    opened.set_page_load_timeout(60)  # a browser that hangs is a failure, not a wait for ever
    yield opened
    opened.quit()


def wait(browser, script, seconds=60):
    end = time.monotonic() + seconds
    while not (found := browser.execute_script(script)):
        assert time.monotonic() < end, f"waited {seconds} s in vain for: {script}"
        time.sleep(0.05)
    return found


def asked_for(browser):
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    urls = {
        m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"
    }
    return {url for url in urls if not url.startswith(("data:", "chrome:"))}
