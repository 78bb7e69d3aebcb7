import re

import pytest

from made_runs import labelled, valued
from retrace.core.errors import ComparisonError
from retrace.tools.comparison.ranking import _letters, _text, rank_sides
from retrace.tools.repository.sides import load_side


def test_runs_that_cannot_be_told_apart_share_a_letter(runs):
    runs.commit(labelled(right=0.6))
    runs.commit(labelled(right=0.95, seed=1), branch="good")
    runs.commit(labelled(right=0.95, seed=2), branch="as-good")
    found = rank_sides([load_side(name) for name in ("main", "good", "as-good")])
    assert (found.metric, found.names[-1]) == ("accuracy", "main")
    assert found.letters == ["a", "a", "b"]
    assert found.scores == sorted(found.scores, reverse=True)
    assert [pair[:2] for pair in found.pairs][-1][1] == "main"
    assert found.pairs[1][3] < 0.05 < found.pairs[0][3]


def test_a_run_in_the_middle_may_have_two_letters():
    assert _letters(["x", "y", "z"], {("x", "z")}) == ["a", "ab", "b"]
    assert _letters(["x", "y", "z"], set()) == ["a", "a", "a"]
    assert _letters(["x", "y", "z"], {("x", "y"), ("x", "z"), ("y", "z")}) == ["a", "b", "c"]


def test_two_runs_are_for_compare(runs):
    runs.commit(labelled())
    with pytest.raises(ComparisonError, match="name at least 3"):
        rank_sides([load_side("main")] * 2)


def test_large_scores_are_written_as_in_the_report(runs):
    for number, branch in enumerate(("main", "one", "two")):
        rows = valued(noise=1 + number / 9, seed=number)
        rows[["true", "predicted"]] *= 50_000
        runs.commit(rows, branch=branch, metric="rmse")
    said = _text(rank_sides([load_side(name) for name in ("main", "one", "two")]))
    assert re.search(r"  main +\d\d,\d{3}  ", said)
    assert not re.search(r"\d{4}\.\d", said)
