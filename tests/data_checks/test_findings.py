from retrace.data_checks.findings import Findings, first_few, together


def test_findings_are_joined_in_their_order():
    first, second = Findings(warnings=("a",), checked=("x",)), Findings(checked=("y",))
    assert together([first, second]) == Findings(warnings=("a",), checked=("x", "y"))


def test_a_long_list_is_cut_and_counted():
    assert first_few(list("abc")) == "a, b, c"
    assert first_few(list("abcdefg")) == "a, b, c, d, e and 2 more"
