import pytest

from retrace.core.errors import RetraceError
from retrace.tools.dashboard.choosing import find_base, ranking_metric


@pytest.fixture
def base(make_run):
    return make_run("base")


def on_rows(make_run, name, rows, **fields):
    return make_run(name, hashes={"cache/validation.pkl": rows}, **fields)


def test_the_base_is_where_most_runs_can_be_compared(make_run, monkeypatch):
    main = on_rows(make_run, "old", "a", experiment="", branches=("main",))
    here = on_rows(make_run, "own data", "b", experiment="", branches=("own",))
    monkeypatch.setattr("retrace.tools.dashboard.choosing.commit_of", {"HEAD": here.revision}.get)
    others = [on_rows(make_run, f"of {rows}{place}", rows) for place, rows in enumerate("bbca")]
    assert find_base([main, here, *others], None) is here
    assert find_base([main, here, *others[2:]], None) is main
    assert find_base([main, here], None) is main


def test_where_neither_main_nor_head_has_a_run_the_experiments_have_a_base(make_run, monkeypatch):
    monkeypatch.setattr("retrace.tools.dashboard.choosing.commit_of", {}.get)
    main = make_run("empty", experiment="", branches=("main",), metrics={}, state="no metrics")
    others = [on_rows(make_run, name, rows) for name, rows in (("x", "a"), ("y", "b"), ("z", "b"))]
    assert find_base([main, *others], None) is others[1]


def test_the_base_is_main_or_the_run_one_names(make_run):
    runs = [make_run("fox"), make_run("main", experiment="", branches=("main",))]
    assert find_base(runs, None) is runs[1]
    assert find_base(runs, "fox") is runs[0]
    assert find_base(runs, runs[0].revision[:8]) is runs[0]
    with pytest.raises(RetraceError, match="did you mean 'fox'"):
        find_base(runs, "fix")


def test_the_ranking_metric_is_that_of_the_base_unless_named(make_run):
    base = make_run("base", params={"metric": "f1_macro"})
    assert ranking_metric([base], base, None) == "f1_macro"
    assert ranking_metric([base], base, "log_loss") == "log_loss"
    assert ranking_metric([base], base, "brier") == "brier"  # it follows from their predictions
    with pytest.raises(RetraceError, match="there are accuracy, f1_macro, log_loss"):
        ranking_metric([base], base, "rmse")


def test_a_base_may_be_named_as_git_names_it(make_run, base, monkeypatch):
    other = make_run("other")
    monkeypatch.setattr("retrace.tools.dashboard.choosing.commit_of", {"HEAD": other.revision}.get)
    assert find_base([base, other], "HEAD") is other
    with pytest.raises(RetraceError, match="--base HEAD~1: no branch"):
        find_base([base, other], "HEAD~1")
