"""The results of a run, committed on top of the very commit that was run, or not at all."""

import base64
from typing import Any
from urllib.parse import quote

from . import PostingError
from .choosing import CML, Choice
from .github import GitHub, GitHubError, WorkflowRun

# Marks such a commit, so that results that differ from run to run cannot call each other for ever.
TRAILER = "Retrace-Run:"

# Unlike an update of a reference this moves a branch from the named commit only, whoever else pushes.
MUTATION = """
mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}
"""


def commit_results(reader: GitHub, writer: GitHub, choice: Choice, results: dict[str, bytes]) -> str:
    """Commit dvc.lock, metrics.json and report.md to the branch that was run; return the commit's hash.

    Parameters
    ----------
    reader, writer : GitHub
        The same repository, with the job's own token and with one that may write its contents.
    choice : Choice
        The run whose results they are, and its pull request.
    results : dict of str to bytes
        By path.

    Raises
    ------
    PostingError
        Nothing is to be committed, or it may not be.
    """
    run = choice.run
    if run is None or choice.pull is None:
        raise PostingError(f"nothing is committed: {choice.reason}")
    if reason := _obstacle(run, choice.pull, results):
        raise PostingError(f"nothing is committed: {reason}")
    if TRAILER in reader.get(f"commits/{run.sha}")["commit"]["message"]:
        raise PostingError("nothing is committed: the commit that was run holds the results of a run")
    changed = {path: content for path, content in results.items() if _read(reader, run, path) != content}
    if not changed:
        raise PostingError("nothing is committed: the branch has these results")
    return _commit(writer, run, changed)


def _obstacle(run: WorkflowRun, pull: dict[str, Any], results: dict[str, bytes]) -> str:
    if run.from_fork or run.workflow != CML or run.event != "push":
        return "only runs of cml on this repository's own branches leave results for Git"
    if run.conclusion != "success" or not results:
        return "the run did not succeed with all of dvc.lock, metrics.json and report/report.md"
    if run.branch == (pull["base"].get("repo") or {}).get("default_branch"):
        return "the default branch takes its results by merging"
    return ""


def _read(github: GitHub, run: WorkflowRun, path: str) -> bytes | None:
    try:
        answer = github.get(f"contents/{quote(path)}", ref=run.sha)
    except GitHubError as problem:
        if problem.status == 404:
            return None
        raise
    # A folder is answered with a list, and a file in its place would take its files away.
    if not isinstance(answer, dict):
        raise PostingError(f"nothing is committed: {path} of the branch is a folder")
    return base64.b64decode(answer.get("content") or "")


def _commit(github: GitHub, run: WorkflowRun, changed: dict[str, bytes]) -> str:
    answer = github.graphql(
        MUTATION,
        input={
            "branch": {"repositoryNameWithOwner": github.repository, "branchName": run.branch},
            "expectedHeadOid": run.sha,
            "message": {
                "headline": f"Results of the run for {run.sha[:9]}",
                "body": f"{TRAILER} {run.url}",
            },
            "fileChanges": {
                "additions": [
                    {"path": path, "contents": base64.b64encode(content).decode()}
                    for path, content in sorted(changed.items())
                ]
            },
        },
    )
    return str(answer["createCommitOnBranch"]["commit"]["oid"])
