"""The boundary on the machine: which jobs .github/runner/job-started.sh lets in."""

import json
import os
import shutil
import signal
import subprocess
import time

import pytest

from project import ROOT

HOOKS = ROOT / ".github/runner"

COMMIT = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
OWN = {"id": 1, "full_name": "lab/retrace", "fork": False, "default_branch": "main"}
FORK = {"id": 2, "full_name": "stranger/retrace", "fork": True, "default_branch": "main"}

PUSH = {
    "ref": "refs/heads/lower-rate",
    "before": "0" * 40,
    "after": COMMIT,
    "created": True,
    "deleted": False,
    "forced": False,
    "head_commit": {"id": COMMIT, "message": "Lower the rate"},
    "pusher": {"name": "colleague"},
    "repository": OWN,
    "sender": {"login": "colleague"},
}
# Of a tag with a message: `after` is the hash of the tag, not of its commit.
TAG = PUSH | {"ref": "refs/tags/run-1", "after": "a" * 40, "base_ref": None}
REQUEST = {
    "action": "synchronize",
    "number": 7,
    "pull_request": {
        "number": 7,
        "head": {"ref": "lower-rate", "sha": COMMIT, "repo": FORK},
        "base": {"ref": "main", "repo": OWN},
    },
    "repository": OWN,
}
RUN = {"id": 5, "event": "pull_request", "head_sha": COMMIT, "head_branch": "x", "head_repository": FORK}

REFUSAL = -signal.SIGKILL

REFUSED = {
    "pull_request of a fork": ("pull_request", REQUEST, {"GITHUB_REF": "refs/pull/7/merge"}),
    "pull_request of a branch": (
        "pull_request",
        REQUEST | {"pull_request": {"number": 7, "head": {"repo": OWN}}},
        {"GITHUB_REF": "refs/pull/7/merge"},
    ),
    "pull_request_target": ("pull_request_target", REQUEST, {"GITHUB_REF": "refs/heads/main"}),
    "workflow_run": (
        "workflow_run",
        {"action": "completed", "workflow_run": RUN, "repository": OWN},
        {},
    ),
    "issue_comment": (
        "issue_comment",
        {"action": "created", "issue": {"number": 7}, "comment": {"body": "/train"}, "repository": OWN},
        {"GITHUB_REF": "refs/heads/main"},
    ),
    "schedule": ("schedule", {"schedule": "0 3 * * 1", "repository": OWN}, {}),
    "workflow_dispatch": (
        "workflow_dispatch",
        {"inputs": None, "ref": "refs/heads/lower-rate", "repository": OWN},
        {},
    ),
    "push to the fork": ("push", PUSH | {"repository": FORK}, {"GITHUB_REPOSITORY": "stranger/retrace"}),
    "push whose payload is a fork's": ("push", PUSH | {"repository": FORK}, {}),
    "push that calls itself one": ("push", PUSH | {"pull_request": REQUEST["pull_request"]}, {}),
    "push of a tag": ("push", PUSH | {"ref": "refs/tags/v1"}, {"GITHUB_REF": "refs/tags/v1"}),
    "tag that is deleted": (
        "push",
        TAG | {"deleted": True, "after": "0" * 40, "head_commit": None},
        {"GITHUB_SHA": "0" * 40},
    ),
    "tag whose commit is another": ("push", TAG, {"GITHUB_SHA": "f" * 40}),
    "tag of a fork": ("push", TAG | {"repository": FORK}, {}),
    "tag that is not named run-": (
        "push",
        TAG | {"ref": "refs/tags/rerun-1"},
        {"GITHUB_REF": "refs/tags/rerun-1"},
    ),
    "branch that is named as a tag of a run is none of its commit": (
        "push",
        PUSH | {"ref": "refs/heads/run-1"},
        {"GITHUB_REF": "refs/tags/run-1"},
    ),
    "push of a merge queue": (
        "push",
        PUSH | {"ref": "refs/heads/gh-readonly-queue/main/pr-7-6dcb09b"},
        {},
    ),
    "push of dependabot": ("push", PUSH | {"ref": "refs/heads/dependabot/pip/numpy-3"}, {}),
    "push of another branch": ("push", PUSH, {"GITHUB_REF": "refs/heads/main"}),
    "push of another commit": ("push", PUSH, {"GITHUB_SHA": "f" * 40}),
    "push that deletes": ("push", PUSH | {"deleted": True, "after": "0" * 40}, {"GITHUB_SHA": "0" * 40}),
    "name in another case": ("push", PUSH, {"GITHUB_REPOSITORY": "Lab/Retrace"}),
    "name that is longer": (
        "push",
        PUSH | {"repository": OWN | {"full_name": "lab/retrace2"}},
        {"GITHUB_REPOSITORY": "lab/retrace2"},
    ),
}


@pytest.fixture
def hook(tmp_path):
    """The hook as it is installed: a folder of its own, the repository's name in a file beside it."""
    installed = tmp_path / "installed"
    installed.mkdir(exist_ok=True)
    shutil.copy(HOOKS / "job-started.sh", installed)
    (installed / "repository").write_text("lab/retrace\n")
    hook = installed / "job-started.sh"
    hook.write_text(hook.read_text().replace("sleep 2", "sleep 0.01"))
    return installed / "job-started.sh"


@pytest.fixture
def job(tmp_path):
    """Return the variables that the runner gives a hook, for an event."""
    (tmp_path / "home").mkdir()

    def variables(event="push", payload=PUSH, **others):
        (tmp_path / "event.json").write_text(json.dumps(payload))
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path / "home"),
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
            "GITHUB_REPOSITORY": "lab/retrace",
            "GITHUB_REF": payload.get("ref", "refs/heads/main"),
            "GITHUB_SHA": payload.get("after", COMMIT),
        } | others

    return variables


def run(hook, variables, cwd=None):
    # As the runner does: `bash -e <path>`, with an environment of its own making. Who waits is ended.
    return subprocess.run(
        ["bash", "-c", 'bash -e "$0"; status=$?; echo went on; exit $status', str(hook)],
        env=variables,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_push_of_this_repository_is_let_in(hook, job):
    done = run(hook, job())
    assert (done.returncode, done.stdout) == (
        0,
        "let in: a push to refs/heads/lower-rate of lab/retrace\nwent on\n",
    )


@pytest.mark.parametrize("after", ["a" * 40, COMMIT], ids=["with a message", "without one"])
def test_a_tag_of_a_run_is_let_in_at_its_commit(hook, job, after):
    done = run(hook, job("push", TAG | {"after": after}, GITHUB_SHA=COMMIT))
    assert (done.returncode, done.stdout) == (
        0,
        "let in: a push to refs/tags/run-1 of lab/retrace\nwent on\n",
    )


@pytest.mark.parametrize("kind", REFUSED)
def test_anything_else_is_refused(hook, job, kind):
    event, payload, others = REFUSED[kind]
    done = run(hook, job(event, payload, **others))
    assert done.returncode == REFUSAL
    assert done.stdout.startswith("::error::refused by the runner: the ")
    assert "went on" not in done.stdout


@pytest.mark.parametrize(
    "missing",
    ["GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH", "GITHUB_REPOSITORY", "GITHUB_REF", "GITHUB_SHA"],
)
def test_a_missing_variable_is_refused(hook, job, missing):
    variables = job()
    del variables[missing]
    assert run(hook, variables).returncode == REFUSAL


@pytest.mark.parametrize("payload", ["", "{", "[]", "null", '{"ref": 7}', "\xff", None])
def test_a_garbled_or_missing_payload_is_refused(hook, job, tmp_path, payload):
    variables = job()
    if payload is None:
        (tmp_path / "event.json").unlink()
    else:
        (tmp_path / "event.json").write_bytes(payload.encode("latin-1"))
    done = run(hook, variables)
    assert (done.returncode, "payload" in done.stdout) == (REFUSAL, True)


@pytest.mark.parametrize("named", [None, "", "*", "lab/*", "lab", "lab/retrace/x", ".*/.*"])
def test_without_a_repository_beside_it_nothing_is_let_in(hook, job, named):
    (hook.parent / "repository").unlink()
    if named is not None:
        (hook.parent / "repository").write_text(named)
    done = run(hook, job())
    assert (done.returncode, "the file 'repository' beside the hook" in done.stdout) == (REFUSAL, True)


def test_what_the_last_job_left_is_not_run(hook, job, tmp_path):
    left = tmp_path / "workspace"
    left.mkdir()
    for name in ("json.py", "os.py", "sitecustomize.py"):
        (left / name).write_text("raise SystemExit(print('let in'))")
    variables = job("push", PUSH | {"repository": FORK}, PYTHONPATH=str(left))
    assert run(hook, variables, cwd=left).returncode == REFUSAL


@pytest.mark.parametrize("name", [".gitconfig", ".config", ".local", "x\ny"])
def test_a_home_that_an_earlier_job_left_something_in_is_refused(hook, job, tmp_path, name):
    variables = job()
    (tmp_path / "home" / name).touch()
    done = run(hook, variables)
    assert (done.returncode, "the home folder is not a new one" in done.stdout) == (REFUSAL, True)


@pytest.mark.parametrize("home", ["", "relative", "/nowhere", "LINK", None])
def test_without_a_home_of_its_own_a_job_is_refused(hook, job, tmp_path, home):
    variables = job()
    if home == "LINK":
        (tmp_path / "link").symlink_to(tmp_path / "home")
    variables["HOME"] = str(tmp_path / "link") if home == "LINK" else home
    done = run(hook, {name: value for name, value in variables.items() if value is not None})
    assert (done.returncode, "HOME names no folder" in done.stdout) == (REFUSAL, True)


def test_the_worker_ends_before_a_step_that_always_runs(hook, job, tmp_path):
    """After a hook that failed the runner goes on to steps with `if: always()`: actions/runner#2811."""
    worker = tmp_path / "Runner.Worker"
    shutil.copy("/bin/bash", worker)
    steps = f"bash -e {hook}; touch {tmp_path / 'always-ran'}"
    started = time.monotonic()
    done = subprocess.run(
        [str(worker), "-c", steps],
        env=job("pull_request", REQUEST),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, (tmp_path / "always-ran").exists()) == (-9, False)
    assert "refused by the runner: the event is 'pull_request'" in done.stdout
    assert time.monotonic() - started < 10


@pytest.fixture
def cleaner(tmp_path):
    installed = tmp_path / "installed"
    installed.mkdir(exist_ok=True)
    shutil.copy(HOOKS / "clean.sh", installed)
    work = tmp_path / "runner/_work"
    for path in ("retrace/retrace/.git/config", "retrace/retrace/data/left", "_temp/event.json"):
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_text("x")
    (installed / "work").write_text(f"{work}\n")
    return installed / "clean.sh", work


def test_cleaning_leaves_the_empty_folder_of_the_job_and_the_runners_own(cleaner):
    script, work = cleaner
    subprocess.run(["bash", str(script)], check=True)
    assert list((work / "retrace/retrace").iterdir()) == []
    assert (work / "_temp/event.json").exists()


def test_a_folder_that_is_swapped_for_a_link_while_it_is_cleaned_leads_nowhere_else(cleaner, tmp_path):
    """`rm` is here one that first does what a process of the last job could do at that moment."""
    script, work = cleaner
    (tmp_path / "elsewhere/data").mkdir(parents=True)
    folder, bin_ = work / "retrace/retrace", tmp_path / "bin"
    bin_.mkdir()
    swap = f"mv {folder} {folder}-gone; ln -s {tmp_path / 'elsewhere'} {folder}"
    (bin_ / "rm").write_text(f'#!/bin/sh\n{swap}\nexec /bin/rm "$@"\n')
    (bin_ / "rm").chmod(0o755)
    script.write_text(script.read_text().replace("PATH=/usr/sbin", f"PATH={bin_}:/usr/sbin"))
    subprocess.run(["bash", str(script)], check=True)
    assert (tmp_path / "elsewhere/data").is_dir()
    assert list((work / "retrace/retrace-gone").iterdir()) == []


@pytest.mark.parametrize("named", ["", "/", "/home", "relative/_work", "/nowhere/_work"])
def test_cleaning_refuses_what_is_no_work_folder(cleaner, named):
    script, work = cleaner
    (script.parent / "work").write_text(named)
    done = subprocess.run(["bash", str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, "_work" in done.stderr) == (1, True)
    assert (work / "retrace/retrace/data/left").exists()


def test_the_hook_cleans_where_a_work_folder_is_named_and_refuses_where_it_cannot(
    cleaner, hook, job, tmp_path
):
    _, work = cleaner
    sudo = tmp_path / "sudo"  # not one that asks for rights: this test may clean its own files
    sudo.write_text('#!/bin/sh\nshift\nexec bash "$@"\n')
    sudo.chmod(0o755)
    text = hook.read_text().replace("sudo -n", f"{sudo} -n")
    hook.write_text(text)
    assert run(hook, job()).returncode == 0
    assert list((work / "retrace/retrace").iterdir()) == []
    (hook.parent / "work").write_text("/nowhere/_work")
    assert run(hook, job()).returncode == REFUSAL
