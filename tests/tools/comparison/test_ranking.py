import pytest
from typer.testing import CliRunner

from made_runs import labelled, of_both_parts
from retrace.core.errors import ComparisonError
from retrace.tools.cli import cli
from retrace.tools.comparison.ranking import Ranking, _text, letters_of, rank_sides
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
    assert letters_of(["x", "y", "z"], {("x", "z")}) == ["a", "ab", "b"]
    assert letters_of(["x", "y", "z"], set()) == ["a", "a", "a"]
    assert letters_of(["x", "y", "z"], {("x", "y"), ("x", "z"), ("y", "z")}) == ["a", "b", "c"]


def test_two_runs_are_for_compare(runs):
    runs.commit(labelled())
    with pytest.raises(ComparisonError, match="name at least 3"):
        rank_sides([load_side("main")] * 2)


def test_the_validation_part_ranks_without_a_score_of_the_test_part(runs):
    for branch, right in (("main", 0.6), ("good", 0.95), ("better", 0.99)):
        rows = of_both_parts(labelled(right=0.5), labelled(right=right, seed=1))
        runs.commit(rows, branch=branch)
    found = rank_sides([load_side(name) for name in ("main", "good", "better")], part="validation")
    assert found.part == "validation"
    assert found.names == ["better", "good", "main"]
    assert min(found.scores) > 0.55


def test_a_run_named_twice_counts_once_and_a_figure_is_kept(runs, monkeypatch):
    monkeypatch.chdir(runs.folder)
    for branch, seed in (("main", 0), ("second", 1), ("third", 2)):
        runs.commit(labelled(seed=seed), branch=branch)
    with pytest.raises(ComparisonError, match="got 2 runs"):
        CliRunner().invoke(cli, ["rank", "main", "second", "second"], catch_exceptions=False)
    said = CliRunner().invoke(cli, ["rank", "main", "second", "third"]).stdout
    assert said.startswith("accuracy of the test part")
    assert said.endswith("figure: .retrace/rank/rank.svg\n")
    assert ">third</text>" in (runs.folder / ".retrace/rank/rank.svg").read_text()


def test_large_scores_are_written_as_in_the_report():
    names, scores = ["one", "another"], [48191.1235, 9.25]
    pairs = [("another", "one", 48181.8735, 0.01)]
    ranking = Ranking(
        metric="rmse", part="test", names=names, scores=scores, letters=["a", "b"], pairs=pairs
    )
    said = _text(ranking)
    assert "  one      48,191  a\n  another  9.2500  b\n" in said
    assert "another against one      48,182  p = 0.01" in said
