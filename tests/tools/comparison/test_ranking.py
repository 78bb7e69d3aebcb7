import pytest

from made_runs import labelled
from retrace.core.errors import ComparisonError
from retrace.tools.comparison.ranking import Ranking, _letters, _text, rank_sides
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


def test_large_scores_are_written_as_in_the_report():
    names, scores = ["one", "another"], [48191.1235, 9.25]
    pairs = [("another", "one", 48181.8735, 0.01)]
    said = _text(Ranking(metric="rmse", names=names, scores=scores, letters=["a", "b"], pairs=pairs))
    assert "  one      48,191  a\n  another  9.2500  b\n" in said
    assert "another against one      48,182  p = 0.01" in said
