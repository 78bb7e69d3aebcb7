from dataclasses import replace

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.significance.looks import (
    Look,
    level,
    numbered,
    read_looks,
    stands_among_all,
    times_asked,
)

A, B, C = ("a" * 32, "b" * 32, "c" * 32)
ASKED = Look(rows=A, metric="accuracy", base=A, other=B, request="wide", look=1, level=1.0)


def told(look):
    return replace(numbered(look, []), p=0.5, verdict="no significant difference")


def test_the_levels_of_all_looks_come_to_the_level_of_one():
    assert level(1) == pytest.approx(0.05 * 0.6079, abs=1e-5)
    assert 0.0499 < sum(map(level, range(1, 2000))) < 0.05


def test_another_pair_is_the_next_look_and_the_same_pair_is_free():
    first = told(ASKED)
    assert (first.look, first.level) == (1, level(1))
    assert numbered(replace(ASKED, other=C), [first]).look == 2
    for again in (ASKED, replace(ASKED, base=B, other=A), replace(ASKED, request="rebased")):
        assert numbered(again, [first]) is first


@pytest.mark.parametrize(
    ("change", "look"),
    [({"metric": "f1_macro"}, 2), ({"request": "deep", "other": C}, 1), ({"rows": B}, 1)],
)
def test_looks_are_counted_for_each_request_and_its_rows(change, look):
    assert numbered(replace(ASKED, **change), [told(ASKED)]).look == look


def test_all_requests_ask_the_same_rows():
    looks = [told(ASKED), told(replace(ASKED, request="deep")), told(replace(ASKED, rows=B))]
    assert times_asked(A, looks) == 2


@pytest.mark.parametrize(
    ("p", "verdict", "stands"),
    [
        (0.0008, "better", True),
        (0.0009, "better", False),
        (0.0001, "equivalent", False),
        (None, "", False),
    ],
)
def test_what_stands_among_all_looks_of_a_test_part_is_below_its_share(p, verdict, stands):
    assert stands_among_all(replace(ASKED, p=p, verdict=verdict)) is stands


def test_a_line_is_read_as_it_was_written_whatever_is_beside_it():
    look = told(ASKED)
    assert read_looks([look.line, look.line[:-1] + ', "since": 3}']) == [look, look]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("<<<<<<< HEAD", "Expecting value"),
        ("[]", "list indices"),
        ("{}", "it lacks 'rows'"),
        (told(ASKED).line.replace(A, "a" * 31 + "z"), "rows is no hash"),
        (told(ASKED).line.replace('"look": 1', '"look": 0'), "look is no number"),
        (told(ASKED).line.replace("0.5", "NaN"), "level or p"),
        (told(ASKED).line.replace('"wide"', "3"), "request is no text"),
    ],
)
def test_a_line_of_another_kind_is_named_in_one_line(line, why):
    with pytest.raises(RetraceError, match=f"line 2 of the ledger of looks is none.*{why}") as caught:
        read_looks([told(ASKED).line, line])
    assert "\n" not in str(caught.value)
