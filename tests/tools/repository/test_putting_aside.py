"""What DVC would lose of a workspace is refused before it is touched: each case is made by Git."""

import shutil
import subprocess

import pytest

from project import Project, commit_all
from retrace.core.errors import RetraceError
from retrace.tools.repository.putting_aside import check_can_be_put_aside, check_keeps_experiments


@pytest.fixture(scope="module")
def two_commits(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("two_commits"))
    (project / "file").write_text("one\n")
    (project / "link me").write_text("one\n")
    commit_all(project)
    project.run("git", "switch", "-qc", "other")
    (project / "file").write_text("two\n")
    project.run("git", "commit", "-qam", "second")
    project.run("git", "switch", "-q", "main")
    return project


@pytest.fixture
def workspace(two_commits, tmp_path, monkeypatch):
    monkeypatch.chdir(shutil.copytree(two_commits.folder, tmp_path / "copy"))
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "test")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "test@example.org")
    return Project(tmp_path / "copy")


LOST = {
    "git update-index --skip-worktree file": "file: marked `skip-worktree`: `git update-index --no-skip",
    "git update-index --assume-unchanged 'link me'": "link me: marked `assume-unchanged`",
    "git sparse-checkout set --no-cone /file": "a sparse checkout: `git sparse-checkout disable`",
    "echo new > new; git add -N new": "new: added with `--intent-to-add`",
    "echo new > new; git add new; rm new": "new: added, then deleted",
    "git rm -q --cached file": "file: taken out of Git, but kept here",
    "chmod +x 'link me'": "link me: another mode",
    "rm file; ln -s 'link me' file": "file: a link in place of a file",
    "git merge -q --no-commit --no-ff other": "a merge is in progress: end it, `git merge --continue`",
    "git switch -q other; GIT_SEQUENCE_EDITOR='sed -i 1s/pick/edit/' git rebase -qi HEAD~1": "a rebase",
    "echo mine > file; git commit -qam mine; git cherry-pick other": "a cherry-pick is in progress",
    "git bisect start -q; git bisect bad other": "a bisect is in progress: end it, `git bisect reset`",
    "git config core.autocrlf true; echo two >> file": "file: its lines would end in CR LF",
}

# Git brings these back as they were, and DVC with it.
KEPT = [
    "echo edited > file",
    "echo new > new; git add new; echo edited > new",
    "echo edited > file; git add file; echo again > file",
    "rm file",
    "git checkout -q --detach; echo edited > file",
    "git config core.autocrlf input; echo edited > file",
    "echo untracked > new",
]


def do(command):
    subprocess.run(["sh", "-c", command], check=False, capture_output=True)


@pytest.mark.parametrize("command", LOST)
def test_what_dvc_would_lose_is_refused_with_a_remedy(workspace, command):
    do(command)
    before = workspace.run("git", "status").stdout
    with pytest.raises(RetraceError, match="would lose a part of it") as refused:
        check_can_be_put_aside()
    assert LOST[command] in refused.value.details[0]
    assert workspace.run("git", "status").stdout == before


@pytest.mark.parametrize("command", KEPT)
def test_what_git_brings_back_is_taken(workspace, command):
    do(command)
    check_can_be_put_aside()


def test_a_shallow_clone_keeps_no_experiment(workspace, tmp_path, monkeypatch):
    workspace.run("git", "clone", "-q", "--depth=1", workspace.folder.as_uri(), tmp_path / "shallow")
    monkeypatch.chdir(tmp_path / "shallow")
    with pytest.raises(RetraceError, match=r"is shallow .* `git fetch --unshallow`"):
        check_keeps_experiments()
    do("git fetch -q --unshallow")
    check_keeps_experiments()
