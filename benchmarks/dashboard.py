"""The dashboard of 200 real DVC experiments: seconds to gather, size, seconds to open in Chromium."""

import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from project import Project, commit_all, copy_project

N_RUNS = 200

PAGE = Path("report/experiments.html")


def measure(n_runs: int = N_RUNS) -> str:
    """Return a Markdown table; making the experiments takes some minutes and is not measured."""
    with tempfile.TemporaryDirectory(prefix="retrace-dashboard-") as folder:
        project = _repository(Path(folder) / "copy", n_runs)
        first, again = _gather(project), _gather(project)
        other = _gather(project, "--metric", "f1_macro")
        opened = _seconds_to_open(project / PAGE, Path(folder) / "profile")
        size = (project / PAGE).stat().st_size / 1e6
    rows = (
        ("gather, for the first time", f"{first:.1f} s"),
        ("gather again", f"{again:.1f} s"),
        ("judge by f1_macro (permutations), for the first time", f"{other:.1f} s"),
        ("size of the page", f"{size:.2f} MB"),
        ("open it in Chromium, all charts drawn", opened),
    )
    lines = [f"| {n_runs} experiments | |", "| --- | ---: |"]
    return "\n".join([*lines, *(f"| {name} | {value} |" for name, value in rows)])


def _repository(folder: Path, n_runs: int) -> Project:
    folder.mkdir()
    project = copy_project(folder)
    project.set(data="digits", model="mlp", models__mlp__epochs=20)
    commit_all(project)
    project.dvc("repro", "--quiet")
    commit_all(project)
    project.run("python", "tests/experiments.py", str(n_runs))
    return project


def _gather(project: Project, *arguments: str) -> float:
    start = time.perf_counter()
    project.run(sys.executable, "-m", "retrace", "dashboard", *arguments)
    return time.perf_counter() - start


def _seconds_to_open(page: Path, profile: Path) -> str:
    """Start a new browser five times; return the median of when the page said that all was drawn."""
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium")
    if not (driver and chromium):
        return "not measured: no Chromium here"
    found = sorted(_open_once(page, profile / str(i), driver, chromium) for i in range(5))
    return f"{found[2]:.2f} s (slowest of 5: {found[-1]:.2f} s)"


def _open_once(page: Path, profile: Path, driver: str, chromium: str) -> float:
    from selenium import webdriver
    from selenium.webdriver.support.wait import WebDriverWait

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for option in ("headless=new", "no-sandbox", "disable-gpu", "no-first-run",
                   "disable-background-networking", f"user-data-dir={profile}"):  # fmt: skip
        options.add_argument(f"--{option}")
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        browser.get(page.as_uri())
        drawn = "return performance.getEntriesByName('drawn')[0]?.startTime"
        return WebDriverWait(browser, 60).until(lambda b: b.execute_script(drawn)) / 1000
    finally:
        browser.quit()


if __name__ == "__main__":
    print(measure(*map(int, sys.argv[1:])))
