from retrace.splitting.checks.findings import Findings, together


def test_findings_are_joined_in_their_order():
    first, second = Findings(warnings=("a",), checked=("x",)), Findings(checked=("y",))
    assert together([first, second]) == Findings(warnings=("a",), checked=("x", "y"))
