import subprocess

import pytest

from made_runs import labelled
from retrace.core.errors import RetraceError
from retrace.tools.repository.bases import default_base, remote, without_remote
from retrace.tools.repository.git import find_tree


@pytest.mark.parametrize(
    ("main", "change", "base", "named"),
    [
        ("main", "remote rename origin upstream", "upstream/main", "upstream"),
        ("main", "branch kept", "origin/main", "origin"),
        ("trunk", "branch kept", "origin/trunk", "origin"),
        ("trunk", "branch trunk origin/trunk", "trunk", "origin"),
        ("main", "config init.defaultBranch other", "origin/main", "origin"),
    ],
)
def test_what_stands_for_main_is_found_under_any_name(
    runs, tmp_path, monkeypatch, main, change, base, named
):
    runs.commit(labelled())
    runs.git("branch", "-qm", main)
    source, clone = str(tmp_path), str(tmp_path / "clone")
    subprocess.run(["git", "clone", "-q", source, clone], check=True)
    monkeypatch.chdir(clone)
    for command in ("switch -qc work", f"branch -qD {main}", change):
        subprocess.run(["git", *command.split()], check=True)
    assert (default_base(), remote()) == (base, named)
    assert find_tree(without_remote(base)).commit


def test_a_repository_without_main_says_what_to_do(runs):
    runs.commit(labelled())
    runs.git("branch", "-qm", "trunk")
    with pytest.raises(RetraceError, match="name the base"):
        default_base()
    runs.git("branch", "-qm", "master")
    assert default_base() == "master"
