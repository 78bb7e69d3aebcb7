import dataclasses
import math

import pytest

from retrace.evaluation.intervals import Interval
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
