import dataclasses
import math

import pytest

from retrace.evaluation.intervals import Interval
from retrace.reporting.templating import markdown_code, markdown_prose
from retrace.tools.repository.git import Tree
from retrace.tools.repository.sides import Side
from retrace.tools.significance import Comparison, Verdict, wording
from retrace.tools.significance.judging import Judgement
from retrace.tools.significance.over_seeds import OverSeeds


@pytest.fixture
def base():
    tree = Tree("main", "abc", "commit")
    return Side(tree=tree, changed=False, params={}, metrics={}, lock=None)


def judged(**changes):
    values = {
        "metric": "accuracy",
        "base": 0.9,
        "other": 0.95,
        "difference": 0.05,
        "interval": Interval(0.01, 0.09),
        "narrow": Interval(0.02, 0.08),
        "p_value": 0.00001,
        "test": "a test",
        "n_units": 200,
        "unit": "row",
        "detectable": 0.0123,
        "detectable_is_bound": False,
        "verdict": Verdict.BETTER,
        "reason": "",
    } | changes
    return Judgement(metric="accuracy", verdict=Verdict.BETTER, comparison=Comparison(**values))


def test_the_headline_has_size_interval_test_and_rows(base):
    assert wording.headline(judged(), base) == (
        "`accuracy` 0.9500 against 0.9000 of `main`, a difference of +0.0500 (95 % interval +0.0100 to"
        " +0.0900; a test, p below 0.0001; 200 test rows)"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.04989, "p = 0.0499"), (0.0502, "p = 0.0502"), (0.0697, "p = 0.07"), (0.00123, "p = 0.0012")],
)
def test_two_digits_of_a_p_value_are_enough_but_near_the_threshold(value, text):
    assert wording.p_value(value) == text


def test_large_numbers_have_thousands_and_no_decimals(base):
    line = wording.headline(judged(base=48191.1235, other=500001.0, difference=451809.8765), base)
    assert "500,001 against 48,191 of `main`, a difference of +451,810 (" in line


def test_where_nothing_can_be_told_no_number_pretends_to(base):
    nothing = Interval(math.nan, math.nan)
    line = wording.headline(judged(interval=nothing, p_value=math.nan, n_units=9, unit="group"), base)
    assert "nan" not in line
    assert "9 groups of test rows" in line


def test_the_detectable_difference_is_a_bound_where_nothing_differed():
    assert "four times out of five is 0.0123" in wording.detectable(judged())
    assert "is at least 0.0123" in wording.detectable(judged(detectable_is_bound=True))
    assert wording.detectable(judged(detectable=None)) == ""


def test_seeds_are_counted_for_each_side(base):
    seeds = {"base": [1, 2, 3, 4, 5], "other": [1, 2, 3, 4, 5, 6]}
    found = dataclasses.replace(
        judged(unit="seed", n_units=5), over_seeds=OverSeeds(kind="training", seeds=seeds)
    )
    assert "5 and 6 training seeds" in wording.headline(found, base)
    assert "1, 2, 3, 4, 5, 6 of the other side" in wording.basis(found)


NO_DIFFERENCE = dataclasses.replace(judged(), verdict=Verdict.NO_DIFFERENCE)


def other(name, metric="accuracy"):
    return Side(
        tree=Tree(name, "abc", "commit"), changed=False, params={"metric": metric}, metrics={}, lock=None
    )


@pytest.mark.parametrize(
    ("name", "metric", "command"),
    [
        ("workspace", "accuracy", "retrace plan --detect 0.006"),
        ("wide", "accuracy", "retrace plan --detect 0.006 main wide"),
        ("workspace", "f1_macro", "retrace plan --detect 0.006 --metric accuracy"),
    ],
)
def test_no_difference_names_the_command_that_plans_for_one(base, name, metric, command):
    said = wording.planning(NO_DIFFERENCE, base, other(name, metric))
    assert said == f"`{command}` says how many test rows and seeds find about half of that."


def test_a_difference_that_was_found_needs_no_plan(base):
    assert wording.planning(judged(), base, other("wide")) == ""


def test_a_terminal_shows_names_as_they_are_and_code_untouched():
    names = "f1_macro of *wide* & `a\\_b` ~ [x] @ada | <i>"
    assert wording.for_terminal(markdown_prose(names)) == names
    assert wording.for_terminal(f"| {markdown_code('a|b')} |") == "| `a|b` |"
