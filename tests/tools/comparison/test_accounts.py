from pathlib import Path

import pytest
from typer.testing import CliRunner

from made_runs import labelled
from retrace.core.errors import ComparisonError, RetraceError
from retrace.tools.cli import cli
from retrace.tools.comparison.accounts import next_seed
from retrace.tools.repository.sides import load_side
from retrace.tools.significance.accounting import counted


def call(*arguments):
    return CliRunner().invoke(cli, ["test", *arguments], catch_exceptions=False).stdout


@pytest.fixture
def asked(runs):
    """Main, after one look at its test part."""
    split = {"split__method": "stratified"}
    runs.commit(labelled(right=0.6), **split)
    runs.commit(labelled(right=0.95, seed=1), branch="other", **split)
    counted(load_side("main"), load_side("other"), "other")
    runs.git("switch", "-q", "main")
    return runs


def test_the_looks_at_the_present_rows_are_listed(asked):
    assert call("looks").splitlines() == [
        "this test part was asked 1 time; a fresh one is due after 60",
        "  other                    look 1, level .0304: accuracy better, also among 60 looks",
    ]


def test_a_renewed_part_has_another_seed_and_other_rows_are_counted_anew(asked):
    with pytest.raises(ComparisonError, match="had 1 looks of 60"):
        call("renew")
    params = Path("params.yaml")
    params.write_text(f"# mine\n{params.read_text()}")
    asked.git("commit", "-qam", "a comment")
    assert call("renew", "--early").startswith("split.seed 7 → 8; looks at the test part of now: 1.")
    assert params.read_text().startswith("# mine\n")
    assert "seed: 8" in params.read_text()
    asked.commit(labelled(row_hash=[f"{row:016x}" for row in range(900, 1100)]), split__seed=8)
    assert call("looks").startswith("this test part was asked 0 times")


def test_it_is_renewed_on_main_alone(asked):
    asked.git("switch", "-q", "other")
    with pytest.raises(RetraceError, match="renewed on main"):
        call("renew")


def test_a_part_that_no_seed_changes_needs_new_rows(runs):
    runs.commit(labelled(), split__method="time")
    with pytest.raises(ComparisonError, match=r"`time` has the same test rows .* add them to the data"):
        next_seed(load_side("main"), 50, early=True)


def test_compare_counts_on_request_and_at_the_test_part_alone(asked):
    asked.git("switch", "-q", "other")
    command = ["compare", "main", "other", "--count"]
    said = CliRunner().invoke(cli, command, catch_exceptions=False).stdout
    assert "Look 1 of `other`, asked again for nothing" in said
    with pytest.raises(RetraceError, match="looks at the validation part are free"):
        CliRunner().invoke(cli, [*command, "--part", "validation"], catch_exceptions=False)
