import pytest

from retrace.core.errors import ComparisonError, RetraceError
from retrace.tools.repository.git import find_tree
from retrace.tools.repository.sides import read_side
from retrace.tools.tracking.choosing import chosen, verdict_tags


def test_all_are_branches_tags_and_experiments_each_commit_once(runs):
    start = runs.commit(runs.rows())
    runs.git("tag", "-a", "v1", "-m", "v1")
    runs.commit(runs.rows(0.9), branch="other")
    runs.git("switch", "-q", "main")
    runs.experiment("wide", runs.rows(0.85))
    found = chosen([], True)
    assert [choice.tree.name for choice in found] == ["main", "other", "wide"]
    assert [choice.base for choice in found] == ["main", "main", start]


def test_a_workspace_without_a_finished_run_is_refused(runs):
    runs.write("params.yaml", "seed: 1\n")
    runs.git("add", "-A")
    runs.git("commit", "-q", "-m", "start")
    with pytest.raises(ComparisonError, match="no finished run"):
        chosen([], False)


def test_an_unknown_name_is_refused(runs):
    runs.commit(runs.rows())
    with pytest.raises(RetraceError, match="'mian' is no branch, tag, commit or DVC experiment"):
        chosen(["mian"], False)


def test_what_cannot_be_judged_says_why(runs):
    runs.commit(runs.rows())
    runs.commit(runs.rows(0.9), branch="other", cached=False)
    found = verdict_tags(read_side(find_tree("other")), "main")
    assert found["verdict"] == "not comparable"
    assert "predictions" in found["verdict.reason"]
