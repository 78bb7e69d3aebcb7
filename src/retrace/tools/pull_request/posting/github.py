"""GitHub's API, as far as the comment job needs it, with nothing to install."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from . import PostingError

PER_PAGE = 100
MOST_PAGES = 100

SECONDS = 30


class GitHubError(PostingError):
    """GitHub refuses, or does not answer.

    Parameters
    ----------
    message : str
        Method, address and what GitHub said.
    status : int, optional
        Of HTTP, where there was an answer.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class GitHub:
    """One repository's REST API.

    Parameters
    ----------
    repository : str
        Such as ``"owner/name"``.
    token : str
        Is sent to ``api`` alone.
    api : str
        Such as ``"https://api.github.com"``.
    server : str
        Where people look, such as ``"https://github.com"``.
    """

    def __init__(self, repository: str, token: str, api: str, server: str) -> None:
        self.repository, self.token, self.api, self.server = repository, token, api, server

    def get(self, path: str, **query: Any) -> Any:
        """Return the answer to a GET below ``/repos/<owner>/<name>/``."""
        return self.request("GET", f"{path}?{urlencode(query)}" if query else path)

    def pages(self, path: str, key: str | None = None, **query: Any) -> Iterator[Any]:
        """Yield the items of all pages; ``key`` names the list where the answer wraps it."""
        for page in range(1, MOST_PAGES + 1):
            answer = self.get(path, per_page=PER_PAGE, page=page, **query)
            items = answer[key] if key else answer
            yield from items
            if len(items) < PER_PAGE:
                return

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """Send JSON, return JSON.

        Raises
        ------
        GitHubError
            No answer, or none that says yes.
        """
        return self._send(method, f"{self.api}/repos/{self.repository}/{path}", body)

    def graphql(self, query: str, **variables: Any) -> Any:
        """Return the data that a GraphQL query or mutation gives.

        Raises
        ------
        GitHubError
            The answer holds errors.
        """
        # On GitHub itself /graphql, on a server of one's own /api/graphql beside /api/v3.
        url = f"{self.api.removesuffix('/v3')}/graphql"
        answer = self._send("POST", url, {"query": query, "variables": variables})
        if answer.get("errors"):
            raise GitHubError(f"GitHub refuses: {answer['errors'][0].get('message')}")
        return answer["data"]

    def _send(self, method: str, url: str, body: Any) -> Any:
        request = urllib.request.Request(
            url,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
                "Content-Type": "application/json",
                "User-Agent": "retrace",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as problem:
            message = f"{method} {url}: {problem.code} {_message(problem)}"
            raise GitHubError(message, problem.code) from None
        except (OSError, ValueError) as problem:
            raise GitHubError(f"{method} {url}: no answer that can be read ({problem})") from None


def _message(problem: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(problem)["message"])
    except (OSError, ValueError, KeyError, TypeError):
        return str(problem.reason)


@dataclass(frozen=True, kw_only=True)
class WorkflowRun:
    """A finished workflow run, as GitHub tells it: nothing here was written by the run.

    Attributes
    ----------
    from_fork : bool
        The commit is in another repository than the one that asks.
    workflow : str
        The file, such as ``".github/workflows/cml.yml"``; a fork may give any file that name.
    """

    id: int
    event: str
    workflow: str
    sha: str
    branch: str
    owner: str
    head_repository: str
    from_fork: bool
    status: str
    conclusion: str | None
    url: str
    started: str
    ended: str


def run_of(values: dict[str, Any], repository: str) -> WorkflowRun | None:
    """Read a run of the event or of the API; None where its repository is gone."""
    head = values.get("head_repository")
    if not head or not values.get("head_branch"):
        return None
    return WorkflowRun(
        id=int(values["id"]),
        event=values["event"],
        workflow=values["path"].split("@")[0],
        sha=values["head_sha"],
        branch=values["head_branch"],
        owner=head["owner"]["login"],
        head_repository=head["full_name"],
        from_fork=head["full_name"] != repository,
        status=values["status"],
        conclusion=values["conclusion"],
        url=values["html_url"],
        started=values["run_started_at"],
        ended=values["updated_at"],
    )


def from_environment() -> tuple[GitHub, WorkflowRun | None]:
    """Return the API and the run whose end started this job, from the variables that every job has.

    Raises
    ------
    GitHubError
        This is no job that a ``workflow_run`` started.
    """
    try:
        event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text())
        github = GitHub(
            event["repository"]["full_name"],
            os.environ["GITHUB_TOKEN"],
            os.environ["GITHUB_API_URL"],
            os.environ["GITHUB_SERVER_URL"],
        )
        return github, run_of(event["workflow_run"], github.repository)
    except (KeyError, TypeError, OSError, ValueError) as problem:
        raise GitHubError(
            f"this needs GITHUB_TOKEN and what a workflow_run event gives; missing: {problem}"
        ) from None


def artifact_url(github: GitHub, run: WorkflowRun, name: str) -> str | None:
    """Return where a person finds an artifact of a run, or None where the run left none."""
    for artifact in github.pages(f"actions/runs/{run.id}/artifacts", "artifacts", name=name):
        if artifact["name"] == name and not artifact["expired"]:
            runs = f"{github.server}/{quote(github.repository)}/actions/runs"
            return f"{runs}/{run.id}/artifacts/{int(artifact['id'])}"
    return None
