"""Which run is shown on which pull request: decided by what GitHub says, never by what a run left."""

from dataclasses import dataclass
from typing import Any

from .github import GitHub, WorkflowRun, run_of

CML = ".github/workflows/cml.yml"
TESTS = ".github/workflows/tests.yml"

# Others were superseded, or wait for someone's approval.
SHOWN = {"success", "failure", "timed_out"}


@dataclass(frozen=True)
class Choice:
    """The run to show and where.

    Attributes
    ----------
    run : WorkflowRun or None
        None where there is nothing to show.
    pull : dict or None
        The pull request, as the API has it, whose head is the run's commit.
    reason : str
        What is missing, where something is.
    """

    run: WorkflowRun | None
    pull: dict[str, Any] | None
    reason: str


def choose(github: GitHub, ended: WorkflowRun | None) -> Choice:
    """Choose by the run that has just ended, which may be another than the one to show.

    Of a branch of this repository the run of `cml` counts, that of `tests` only where `cml` has none; so
    a pull request that is opened after its run is found as well. Of a fork nothing counts but the run
    that ended.
    """
    run, reason = _run(github, ended)
    if run is None:
        return Choice(None, None, reason)
    if run.conclusion not in SHOWN:
        return Choice(None, None, f"run {run.id} ended as {run.conclusion}: nothing to show")
    pull = pull_request_of(github, run)
    if pull is None:
        return Choice(run, None, "no open pull request from this branch")
    if pull["head"]["sha"] != run.sha:
        return Choice(run, None, f"#{pull['number']} has moved on: its newest run will tell")
    return Choice(run, pull, "")


def _run(github: GitHub, ended: WorkflowRun | None) -> tuple[WorkflowRun | None, str]:
    if ended is None:
        return None, "the repository or branch of the run is gone"
    if ended.from_fork:
        asked = ended.event == "pull_request"
        return (ended, "") if asked else (None, "no pull request started the run")
    # Another branch may have the same commit, but not the same pull request.
    runs = [
        run
        for run in runs_of_commit(github, ended.sha)
        if run.branch == ended.branch and run.conclusion != "skipped"
    ]
    for workflow in (CML, TESTS):
        if of_it := [run for run in runs if run.workflow == workflow]:
            if of_it[0].status != "completed":
                return None, f"{workflow} still runs for this commit, and will tell itself"
            return of_it[0], ""
    return None, "no push has started a run for this commit"


def pull_request_of(github: GitHub, run: WorkflowRun) -> dict[str, Any] | None:
    """Return the open pull request from the run's branch, whatever its commit is by now.

    Asked for by branch: GitHub lists no pull requests for a commit that is only in a fork.
    """
    pulls = [
        pull
        for pull in github.pages("pulls", state="open", head=f"{run.owner}:{run.branch}")
        if (pull["head"].get("repo") or {}).get("full_name") == run.head_repository
        and pull["head"]["ref"] == run.branch
    ]
    # Of several from one branch, that into the default branch: with it the run was compared.
    pulls.sort(key=lambda pull: (pull["base"]["ref"] != _default_branch(pull), pull["number"]))
    return pulls[0] if pulls else None


def _default_branch(pull: dict[str, Any]) -> str | None:
    return (pull["base"].get("repo") or {}).get("default_branch")


def runs_of_commit(github: GitHub, sha: str) -> list[WorkflowRun]:
    """Return the runs that pushes of a commit to this repository started, the newest first."""
    listed = github.pages("actions/runs", "workflow_runs", head_sha=sha, event="push")
    runs = [run_of(each, github.repository) for each in listed]
    own = [run for run in runs if run and not run.from_fork and run.sha == sha]
    return sorted(own, key=lambda run: run.id, reverse=True)
