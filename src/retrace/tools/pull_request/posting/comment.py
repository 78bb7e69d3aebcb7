"""The comment: trusted facts around a cleaned text, posted with CML, one for each pull request."""

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .choosing import CML, TESTS
from .github import GitHub, WorkflowRun
from .sanitizing import length, one_line, sanitize
from .untrusted import Artifact

LONGEST = 65_536  # characters of a comment on GitHub
FOR_THE_MARK = 200

# A fork may give its workflow's file any name, a link or a mention too.
WORKFLOWS = {CML: "cml", TESTS: "tests"}

TITLE = "retrace"
MARK = re.compile(rf'!\[\]\(https://cml\.dev/watermark\.png#[0-9a-fA-F]+ "CML watermark {TITLE}"\)')

AUTHOR = "github-actions[bot]"  # no person can have a name with brackets

CML_SEES = 30  # comments: it asks for the first page only
CML_SECONDS = 120

FORK = (
    "This run was the fork's own, on a hosted machine without the data store and its keys. All below the"
    " line is what it wrote, without links, images and mentions: read it as you read the fork's code."
)


def compose(
    github: GitHub,
    run: WorkflowRun,
    artifact: Artifact,
    url: str | None,
    problem: str = "",
    said: str = "",
) -> str:
    """Return the text of the comment: what GitHub says of the run, then what the run says.

    Parameters
    ----------
    github : GitHub
        Is asked for nothing: its addresses make the links.
    run : WorkflowRun
        As GitHub tells it.
    artifact : Artifact
        What the run left, of which only the text is used.
    url : str or None
        Of the artifact.
    problem : str
        Why nothing of the artifact is used.
    said : str
        Whether the test part is open, and why not.
    """
    head = _facts(github, run, url)
    if said:
        head += f"\n\n{sanitize(said, 1_000).strip()}"
    if run.from_fork:
        head += f"\n\n{FORK}\n\n---"
    if problem or artifact.comment is None:
        said = problem or "The run left no report: its log tells why."
        return f"{head}\n\n> [!WARNING]\n> {sanitize(said, 1_000)}"
    room = LONGEST - FOR_THE_MARK - length(head) - 2
    return f"{head}\n\n{sanitize(artifact.comment, room)}"


def _facts(github: GitHub, run: WorkflowRun, url: str | None) -> str:
    commit = f"{github.server}/{quote(run.head_repository)}/commit/{run.sha}"
    parts = [
        f"[{run.sha[:9]}]({commit}) on {one_line(run.branch)}",
        f"[{WORKFLOWS.get(run.workflow, 'run')}]({run.url}): {run.conclusion}, {_duration(run)}",
    ]
    if url:
        parts.append(f"[artifact]({url}) (`report/index.html` has it all)")
    return " · ".join(parts)


def _duration(run: WorkflowRun) -> str:
    seconds = (datetime.fromisoformat(run.ended) - datetime.fromisoformat(run.started)).total_seconds()
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def post(github: GitHub, number: int, text: str, run: WorkflowRun) -> str:
    """Create the comment of a pull request or update it in place; return how.

    CML posts it wherever it would find the right comment. It reads one page and knows a comment by its
    mark alone, so a busy pull request, or a mark that somebody copied, is dealt with here.

    Raises
    ------
    GitHubError
        GitHub refuses.
    """
    comments = list(github.pages(f"issues/{number}/comments"))
    marked = [each for each in comments[:CML_SEES] if MARK.search(each.get("body") or "")]
    if _ids(marked[-1:]) == _ids(_own(comments)[-1:]):
        if _run_cml(github, number, text, run):
            return "with CML"
        comments = list(github.pages(f"issues/{number}/comments"))
    body = {"body": f'{text}\n\n![](https://cml.dev/watermark.png#{run.sha} "CML watermark {TITLE}")'}
    if own := _own(comments):
        github.request("PATCH", f"issues/comments/{int(own[-1]['id'])}", body)
    else:
        github.request("POST", f"issues/{number}/comments", body)
    return "without CML"


def _own(comments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        each
        for each in comments
        if (each.get("user") or {}).get("login") == AUTHOR and MARK.search(each.get("body") or "")
    ]


def _ids(comments: list[dict[str, Any]]) -> list[int]:
    return [each["id"] for each in comments]


def _run_cml(github: GitHub, number: int, text: str, run: WorkflowRun) -> bool:
    command = shlex.split(os.environ.get("CML_BIN", "cml"))
    if not shutil.which(command[0]):
        return False
    with tempfile.TemporaryDirectory(prefix="retrace-comment-") as folder:
        (Path(folder) / "comment.md").write_text(text)
        repository = f"--repo={github.server}/{github.repository}"
        command += ["comment", "update", "--driver=github", repository, f"--target=pr/{number}"]
        command += ["--publish=false", f"--watermark-title={TITLE}", "comment.md"]
        # CML writes the commit into its mark, and would else take that of the default branch.
        own = {"REPO_TOKEN": github.token, "GITHUB_SHA": run.sha, "ITERATIVE_DO_NOT_TRACK": "true"}
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env=os.environ | own,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=CML_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
    return done.returncode == 0
