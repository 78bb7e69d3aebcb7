import pytest

from made_runs import labelled
from retrace.core.errors import RetraceError
from retrace.tools.repository.ledger import add_line, read_ledger
from retrace.tools.repository.sides import load_side
from retrace.tools.significance import accounting
from retrace.tools.significance.accounting import counted
from retrace.tools.significance.looks import level, read_looks
from retrace.tools.significance.wording import account


@pytest.fixture
def three(runs):
    """Main, a model that is a little better, and one that is much."""
    runs.commit(labelled(right=0.85))
    runs.commit(labelled(right=0.9, seed=4), branch="better", models__svm__C=2.0)
    runs.commit(labelled(right=1.0, seed=3), branch="best", models__svm__C=3.0)
    return runs


def ask(other, request="wide", **options):
    return counted(load_side("main"), load_side(other), request, **options)


def test_each_look_is_judged_at_its_own_level(three):
    first, second = ask("better"), ask("best")
    for number, found in ((1, first), (2, second)):
        comparison = found.judgement.comparison
        assert (found.account.look.look, found.account.asked) == (number, number)
        assert comparison.alpha == found.account.look.level == level(number)
    assert first.judgement.verdict == "no significant difference"  # p = .044
    assert second.judgement.verdict == "better"
    assert read_looks(read_ledger().lines) == [first.account.look, second.account.look]
    assert account(second.account) == (
        "Look 2 of this request, judged at .0076, which is its share of .05; this test part was asked 2"
        " times."
    )


def test_the_same_pair_is_asked_again_for_nothing(three):
    first = ask("better")
    again = ask("better", request="rebased")
    assert again.account.repeated
    assert again.account.look == first.account.look
    assert len(read_ledger().lines) == 1
    assert "Look 1 of `wide`, asked again for nothing" in account(again.account)


def test_what_is_not_kept_leaves_no_line(three):
    assert ask("better", keep=False).account.look.look == 1
    assert read_ledger().lines == []


def test_what_asks_nothing_of_the_test_part_is_no_look(three):
    three.commit(labelled(n=50), branch="other-rows", split__seed=8)
    for other in ("main", "other-rows"):
        assert ask(other).account is None
    assert ask("better", metric="no such").account is None
    assert read_ledger().lines == []


def test_a_look_that_another_took_meanwhile_is_judged_anew(three, monkeypatch):
    kept, others = accounting._kept, [ask("best", keep=False).account.look]

    def late(look):
        if others:
            line = others.pop().line
            add_line(lambda lines: line)
        return kept(look)

    monkeypatch.setattr(accounting, "_kept", late)
    found = ask("better")
    assert (found.account.look.look, found.judgement.comparison.alpha) == (2, level(2))


def test_a_damaged_ledger_is_one_clear_line(three):
    add_line(lambda lines: "not JSON")
    with pytest.raises(RetraceError, match="line 1 of the ledger of looks is none of Retrace's"):
        ask("better")
