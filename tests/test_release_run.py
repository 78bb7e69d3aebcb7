"""The release of a run: .github/release_run.sh, with a `gh` that keeps releases in a folder."""

import os
import subprocess
import tarfile

import pytest

from project import ROOT

# gh release view|create|download|upload, as far as the script asks for it.
GH = """#!/usr/bin/env bash
set -e
store=$RELEASES/$3
case $2 in
    view) [ -d "$store" ] ;;
    create)
        mkdir "$store"
        shift 3
        while [ $# -gt 0 ]; do
            case $1 in
                --title) shift ;;
                --notes-file) cp "$2" "$store/notes"; shift ;;
                --verify-tag) ;;
                *) cp "$1" "$store/" ;;
            esac
            shift
        done ;;
    download) cp "$store/$5" "$7" ;;
    upload) cp "$4" "$store/" ;;
esac
"""


@pytest.fixture
def run(tmp_path):
    """What the job on the GPU machine left of a run."""
    for name in ("dvc.lock", "dvc.yaml", "metrics.json", "params.yaml", "report/figures/roc.svg"):
        (tmp_path / "run" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "run" / name).write_text(name)
    (tmp_path / "run/report/report.md").write_text("# Digits\n")
    (tmp_path / "run/.retrace").mkdir()
    (tmp_path / "run/.retrace/statement.json").write_text("{}")
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    (tmp_path / "releases").mkdir()
    return tmp_path / "run"


def publish(run, tag="run-1"):
    home = run.parent
    done = subprocess.run(
        [ROOT / ".github/release_run.sh", tag, "1a2b3c4", run],
        env=os.environ | {"PATH": f"{home}:{os.environ['PATH']}", "RELEASES": str(home / "releases")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_release_holds_the_report_the_archive_and_the_statement(run):
    status, said = publish(run)
    assert (status, said.startswith("released run-1 (dvc.lock ")) == (0, True)
    release = run.parent / "releases/run-1"
    assert {path.name for path in release.iterdir()} == {"notes", "run-1.tar.gz", "statement.json"}
    notes = (release / "notes").read_text()
    assert "Made from commit 1a2b3c4, dvc.lock " in notes
    assert notes.endswith("# Digits\n")
    with tarfile.open(release / "run-1.tar.gz") as archive:
        assert {"dvc.lock", "params.yaml", "report/figures/roc.svg"} <= set(archive.getnames())


def test_a_restart_with_the_same_bytes_renews_the_statement_alone(run):
    publish(run)
    os.utime(run / "dvc.lock", (1, 1))
    (run / "metrics.json").chmod(0o600)
    (run / ".retrace/statement.json").write_text('{"again": 1}')
    status, said = publish(run)
    assert (status, "with the same bytes" in said) == (0, True)
    assert (run.parent / "releases/run-1/statement.json").read_text() == '{"again": 1}'


def test_a_restart_with_other_bytes_fails_and_the_release_stays(run):
    publish(run)
    before = (run.parent / "releases/run-1/run-1.tar.gz").read_bytes()
    (run / "metrics.json").write_text("other")
    status, said = publish(run)
    assert (status, "made other bytes than the released one" in said) == (1, True)
    assert (run.parent / "releases/run-1/run-1.tar.gz").read_bytes() == before


@pytest.mark.parametrize(
    ("tag", "said"),
    [("v1", "is no tag of a run"), ("run-a/b", "is no tag of a run"), ("", "a tag, a commit")],
)
def test_what_is_no_tag_of_a_run_is_refused(run, tag, said):
    status, found = publish(run, tag)
    assert (status, said in found) == (1, True)


def test_an_unfinished_run_or_one_with_links_is_refused(run):
    (run / "report/link").symlink_to("/etc/hostname")
    assert "holds links" in publish(run)[1]
    (run / "report/link").unlink()
    (run / ".retrace/statement.json").unlink()
    assert "the run left no .retrace/statement.json" in publish(run)[1]
    assert not list((run.parent / "releases").iterdir())
