"""The page of a search, in a real browser."""

import pytest

pytest.importorskip("optuna")

from chromium import asked_for, wait
from made_studies import conditional, made, make_study
from retrace.tools.search.results.files import write_results

pytestmark = pytest.mark.slow

STUDIES = {
    "2,000 trials": lambda: make_study(*conditional(2000, steps=20), name="</script><b>name"),
    "two goals": lambda: make_study(*conditional(40, goals=2), goals=("accuracy", "seconds")),
    "one trial": lambda: make_study(made(0.9, C=1.0)),
    "only failed ones": lambda: make_study(made(state="failed", error="no <i>luck</i>", C=1.0)),
}


def draw_all(browser):
    """Scroll to each chart, as a reader does, and return how many there are."""
    charts = browser.find_elements("css selector", "[data-figure]")
    for chart in charts:
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", chart)
        wait(
            browser,
            f"return document.querySelectorAll('[data-figure]')[{charts.index(chart)}].dataset.drawn",
        )
    return len(charts)


@pytest.mark.parametrize(
    ("kind", "n_charts"),
    [
        pytest.param("2,000 trials", 7, marks=pytest.mark.long),
        ("two goals", 11),
        ("one trial", 2),
        ("only failed ones", 0),
    ],
)
def test_every_chart_is_drawn_offline_and_without_complaint(browser, tmp_path, kind, n_charts):
    page = write_results(STUDIES[kind](), tmp_path)
    browser.get_log("performance"), browser.get_log("browser")
    browser.get(page.as_uri())
    assert draw_all(browser) == n_charts
    assert browser.get_log("browser") == []
    assert asked_for(browser) <= {page.as_uri()}
    assert not browser.find_elements("css selector", "h1 b, td i, td b")
    assert page.stat().st_size < 6_000_000


@pytest.mark.long
def test_what_is_out_of_sight_is_not_drawn_before_it_is_near(browser, tmp_path):
    page = write_results(STUDIES["two goals"](), tmp_path)
    browser.get(page.as_uri())
    wait(browser, "return document.querySelector('[data-figure]').dataset.drawn || scrollBy(0, 300)")
    drawn = browser.execute_script("return document.querySelectorAll('[data-drawn]').length")
    assert drawn < 11
