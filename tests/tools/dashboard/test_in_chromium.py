"""The page of 200 runs, in a real browser."""

import sys

import pytest

from chromium import asked_for, wait
from retrace.tools.dashboard.page import contents, render, vega_library
from retrace.tools.dashboard.ranking import judge
from run_files import history_table, predictions_table, regression_table

pytestmark = pytest.mark.slow

N_RUNS = 200

MODELS = ("mlp", "svm", "random_forest")


def make_runs(make_run):
    """Main, experiments of three models on the same rows, and runs that cannot be judged."""
    tables = [predictions_table(wrong=0.02 * k, n=300, seed=k) for k in range(25)]
    yield make_run("main", experiment="", branches=("main",), table=tables[12], history=history_table(),
                   scores={"accuracy": 0.75, "f1_macro": 0.7, "log_loss": 0.6})  # fmt: skip
    for i in range(N_RUNS - 5):
        model = MODELS[i % 3]
        quality = 1 - 0.02 * (i % 25)
        yield make_run(
            f"{model}-{i:03}",
            table=tables[i % 25],
            history=history_table(60, quality) if model == "mlp" else None,
            scores={"accuracy": quality, "f1_macro": quality - 0.1, "log_loss": 2 - quality},
            params={"model": model, "seed": i % 5, f"models.{model}.C": 10.0 ** (i % 4)},
        )
    yield make_run("crashed", metrics={}, state="failed", note="`dvc queue logs crashed`")
    yield make_run("<b>other</b> split", table=predictions_table(n=300, first_id=9))
    yield make_run("a regression", table=regression_table(), scores={"mae": 1.0})
    yield make_run("far away", hashes={"report/predictions.csv": "not here"})


@pytest.fixture(scope="module")
def page(make_run, bundled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(bundled)
        runs = list(make_runs(make_run))
        found = contents(runs, judge(runs, runs[0], "accuracy"), runs[0], "accuracy")
        (folder / "page.html").write_text(render(found, vega_library()))
    return folder / "page.html"


def open_page(browser, page):
    browser.get_log("performance"), browser.get_log("browser")
    browser.get(page.as_uri())
    wait(browser, "return document.documentElement.dataset.drawn")
    return browser


@pytest.fixture
def opened(browser, page):
    """Return the open page; whatever a test does with it, nothing is logged and nothing is asked for."""
    yield open_page(browser, page)
    assert browser.get_log("browser") == []
    assert asked_for(browser) <= {page.as_uri()}


def find(browser, selector):
    return browser.find_elements("css selector", selector)


def texts(browser, selector):
    """Return what is shown, in one call: asking element by element takes seconds."""
    read = "return [...document.querySelectorAll(arguments[0])].map((element) => element.innerText)"
    return browser.execute_script(read, selector)


def names(browser):
    return texts(browser, "#table tbody .name")


def column(browser, key):
    keys = [button.get_attribute("data-key") for button in find(browser, "#table thead button")]
    place = keys.index(key) + 1
    return texts(browser, f"#table tbody td:nth-child({place})")


def press(browser, selector, *keys):
    find(browser, selector)[0].send_keys(*keys)


@pytest.mark.long
def test_it_opens_within_2_seconds_and_stays_under_5_megabytes(browser, page):
    drawn = "return performance.getEntriesByName('drawn')[0].startTime"
    times = [open_page(browser, page).execute_script(drawn) for _ in range(3)]
    assert min(times) < 2000
    assert page.stat().st_size < 5_000_000
    assert len(names(browser)) == N_RUNS


def test_the_best_on_validation_stands_first_and_what_cannot_be_ranked_last(opened):
    shown = names(opened)
    assert shown[0] == "mlp-000"
    assert set(shown[-4:]) == {"crashed", "<b>other</b> split", "a regression", "far away"}
    pills = texts(opened, "#table tbody .pill")
    assert set(pills[-4:]) == {"failed", "not comparable", "predictions not pulled"}
    assert {"base", "better", "no significant difference", "worse"} <= set(pills)


def test_a_header_sorts_by_mouse_and_by_keyboard(opened):
    header = "#table thead button[data-key='validation.log_loss']"
    find(opened, header)[0].click()
    values = [float(text) for text in column(opened, "validation.log_loss") if text[0].isdigit()]
    assert values == sorted(values)
    state = "return document.querySelector('#table th[aria-sort]').ariaSort"
    assert opened.execute_script(state) == "ascending"
    press(opened, header, "\ue007")  # Enter, on the button that kept the focus
    values = [float(text) for text in column(opened, "validation.log_loss") if text[0].isdigit()]
    assert values == sorted(values, reverse=True)
    assert opened.execute_script(state) == "descending"
    assert opened.execute_script("return document.activeElement.dataset.key") == "validation.log_loss"


def test_text_and_conditions_filter(opened):
    press(opened, "#filter", "model=svm accuracy>=.9")
    assert names(opened)
    assert all(name.startswith("svm") for name in names(opened))
    assert all(float(text) >= 0.9 for text in column(opened, "validation.accuracy"))
    assert find(opened, "#count")[0].text == f"{len(names(opened))} of {N_RUNS} runs"
    find(opened, "#filter")[0].clear()
    press(opened, "#filter", "CRASH")
    assert names(opened) == ["crashed"]


def test_verdicts_filter(opened):
    press(opened, "#verdict", "worse")
    pills = set(texts(opened, "#table tbody .pill"))
    assert pills == {"worse"}


def test_test_scores_are_away_until_asked_for_and_never_choose(opened):
    assert "not for choosing" not in find(opened, "#table thead")[0].text
    find(opened, "#other")[0].click()
    assert "test.accuracy" in find(opened, "#table thead")[0].text
    assert not find(opened, "#table thead button[data-key='test.accuracy']")
    press(opened, "#filter", "test.accuracy>.1")
    assert names(opened) == []


def test_two_runs_chosen_show_both_curves_matrices_and_the_command(opened):
    press(opened, "#filter", "mlp-0")
    find(opened, "tr[data-run='4'] .ab .a")[0].click()
    opened.execute_script("document.querySelector('tr[data-run=\"7\"] .name').click()")
    wait(opened, "return document.querySelector('#command').textContent.includes('mlp-006')")
    assert find(opened, "#command")[0].text == "retrace compare mlp-003 mlp-006"
    drawn = find(opened, "#results .result")
    assert [chart.get_attribute("data-run") for chart in drawn] == ["mlp-003", "mlp-006"]
    for chart in drawn:  # each of the 200 validation rows is in a cell
        cells = [cell.text for cell in chart.find_elements("css selector", ".layer_1_marks text")]
        assert sum(map(int, cells)) == 200
    lines = find(opened, "#curves .chart.curve:first-child .mark-line path")
    assert len(lines) >= 4  # two runs, two parts
    assert {line.get_attribute("stroke") for line in lines} == {"var(--a)", "var(--b)"}
    samples = find(opened, "#curves .role-legend-symbol path")
    assert {sample.get_attribute("stroke") for sample in samples} == {"var(--soft)"}


@pytest.mark.long
def test_a_regression_shows_predicted_against_true(opened):
    press(opened, "#b", "a regression")
    wait(opened, "return document.querySelectorAll('#results .mark-symbol path').length > 100")
    assert "Confusion" in find(opened, "#results")[0].get_attribute("innerHTML")  # of run A


@pytest.mark.long
def test_the_two_lists_choose_as_well_and_the_command_is_copied(opened):
    opened.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite"]})
    press(opened, "#b", "<b>other</b> split")
    wait(opened, "return document.querySelector('#command').textContent.includes('split')")
    command = find(opened, "#command")[0].text
    assert command == "retrace compare main '<b>other</b> split'"
    find(opened, "#copy")[0].click()
    wait(opened, "return document.querySelector('#said').textContent.includes('copied')")
    find(opened, "#filter")[0].send_keys("\ue009v")  # Control-V
    assert find(opened, "#filter")[0].get_attribute("value") == command


@pytest.mark.long
def test_a_range_drawn_on_an_axis_filters_the_table(opened):
    from selenium.webdriver.common.action_chains import ActionChains

    axis = find(opened, "#parallel .mark-rect.hit path, #parallel .hit path")[-1]
    opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", axis)
    height = axis.size["height"] / 2
    drag = ActionChains(opened).move_to_element_with_offset(axis, 0, int(-height + 10)).click_and_hold()
    drag.move_by_offset(0, 60).release().perform()
    chip = find(opened, "#ranges button")[0]
    assert chip.text.startswith("accuracy")
    assert 0 < len(names(opened)) < N_RUNS
    assert all(float(text) > 0.8 for text in column(opened, "validation.accuracy"))
    chip.click()
    assert len(names(opened)) == N_RUNS


@pytest.mark.long
def test_a_line_under_the_pointer_says_which_run_it_is(opened):
    script = """const line = [...document.querySelectorAll('#parallel .reach path')].at(-1);
        line.scrollIntoView({block: 'center'});
        const at = line.getPointAtLength(line.getTotalLength() / 9).matrixTransform(line.getScreenCTM());
        return [at.x, at.y]"""
    x, y = opened.execute_script(script)
    for place in (x + 1, x):
        event = {"type": "mouseMoved", "x": place, "y": y}
        opened.execute_cdp_cmd("Input.dispatchMouseEvent", event)
    tip = wait(opened, "return document.querySelector('#vg-tooltip-element.visible')?.innerText")
    assert tip.split()[0] in names(opened)
    assert "accuracy" in tip


def test_names_from_the_data_are_shown_as_they_are(opened):
    assert not find(opened, "td b, li b")
    labels = [t.text for t in find(opened, "#results .mark-text.role-axis-label text")]
    assert "</script><b>owl" in labels


def test_everything_that_can_be_pressed_has_a_name(opened):
    nameless = """return [...document.querySelectorAll('button, input, select, summary')]
        .filter((e) => !(e.ariaLabel || e.textContent.trim() || e.labels?.[0]?.textContent.trim()))
        .map((e) => e.outerHTML)"""
    assert opened.execute_script(nameless) == []


@pytest.mark.long
def test_a_narrow_window_scrolls_the_table_and_not_the_page(opened):
    opened.set_window_size(520, 900)
    try:
        wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        wait(opened, f"{wide} <= 0")
    finally:
        opened.set_window_size(1400, 900)


@pytest.mark.long
def test_real_experiments_of_the_pipeline_open_as_well(browser, reproduced, tmp_path):
    project = reproduced.copy_to(tmp_path / "copy")
    project.run("git", "add", "-A")
    project.run("git", "commit", "-q", "-m", "run")
    project.run("python", "tests/experiments.py", "6")
    project.run(sys.executable, "-m", "retrace", "dashboard")
    page = project / "report/experiments.html"
    open_page(browser, page)
    assert sorted(names(browser))[:2] == ["main", "mlp-000"]
    assert len(names(browser)) == 7
    verdicts = set(texts(browser, "#table tbody .pill"))
    assert "base" in verdicts
    assert not verdicts & {"not comparable", "predictions not pulled"}
    assert browser.get_log("browser") == []
    assert asked_for(browser) <= {page.as_uri()}
