"""Whether a request may see the test part, and the look that this costs, noted in the ledger.

The rule is that of `retrace.tools.significance.looks`, of which nothing can be imported here.
"""

import base64
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import PostingError
from .choosing import Choice
from .github import GitHub, GitHubError
from .untrusted import LOOK_KEYS, Artifact

LABEL = "open-test-part"

REF = "refs/retrace/looks"
FILE = "looks.jsonl"
TRIES = 5

ALPHA = 0.05

Look = dict[str, Any]


@dataclass(frozen=True)
class Opened:
    """Whether the test part is shown, and a sentence for the comment."""

    is_open: bool
    said: str


def open_test_part(github: GitHub, choice: Choice, artifact: Artifact) -> Opened:
    """Decide whether the comment shows the test part, and note the look that this is.

    Parameters
    ----------
    github : GitHub
        With a token that may write contents.
    choice : Choice
        The run to show, and its pull request.
    artifact : Artifact
        What the run left.
    """
    run, pull = choice.run, choice.pull
    if run is None or pull is None:
        return Opened(False, "")
    if not is_ready(pull):
        return Opened(
            False,
            "Judged on the validation part. The test part is opened once the request is ready for"
            f" review, or has the label {LABEL}.",
        )
    if artifact.opened is None:
        return Opened(False, "The test part stays closed: the run left no word on it.")
    if artifact.look is None or run.from_fork:
        return Opened(True, "")  # nothing was tested, or nobody here vouches for it
    if artifact.look["request"] != run.branch:
        return Opened(False, "The test part stays closed: the run speaks for another branch.")
    try:
        return _counted(github, artifact.look)
    except PostingError as problem:
        return Opened(False, f"The test part stays closed, as the look cannot be noted: {problem}.")


def is_ready(pull: dict[str, Any]) -> bool:
    """Tell whether a pull request is past its draft, or labelled so that it may see the test part."""
    labels = [label.get("name") for label in pull.get("labels") or []]
    return not pull.get("draft") or LABEL in labels


def _counted(github: GitHub, look: Look) -> Opened:
    for _ in range(TRIES):
        seen, lines = read_lines(github)
        earlier = same_question(look, lines)
        if earlier:
            if earlier["level"] == look["level"]:
                return Opened(True, "")
            return Opened(False, _moved_on(earlier))
        if (number := next_number(look, lines)) != look["look"] or not at_level(look):
            return Opened(False, _moved_on({"look": number}))
        if _appended(github, seen, [*lines, json.dumps(look, ensure_ascii=False, sort_keys=True)]):
            return Opened(True, "")
    raise PostingError(f"others wrote {REF} {TRIES} times meanwhile")


def _moved_on(now: Look) -> str:
    return (
        "The test part stays closed: by the ledger this is look"
        f" {now['look']} of the request, and the run judged it as another. Run cml again."
    )


def at_level(look: Look) -> bool:
    """Tell whether a look was judged at the level of its number."""
    level = ALPHA * 6 / (math.pi * look["look"]) ** 2
    return math.isclose(look["level"], level, rel_tol=1e-9)


def same_question(look: Look, lines: Sequence[str]) -> Look | None:
    """Return the look that held the same two sets of predictions against each other."""

    def question(of: Look) -> tuple[Any, ...]:
        return of["rows"], of["metric"], sorted([of["base"], of["other"]])

    return next((each for each in _looks(lines) if question(each) == question(look)), None)


def next_number(look: Look, lines: Sequence[str]) -> int:
    """Return how manieth look of its request at these rows a new one is."""
    of_it = (look["rows"], look["request"])
    return 1 + sum((each["rows"], each["request"]) == of_it for each in _looks(lines))


def _looks(lines: Sequence[str]) -> list[Look]:
    try:
        entries = [json.loads(line) for line in lines]
        return [{key: each[key] for key in LOOK_KEYS} for each in entries]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise PostingError(f"a line of {REF} is no look") from None


def read_lines(github: GitHub) -> tuple[str | None, list[str]]:
    """Return the commit that the ledger is at, None where there is none yet, and its lines."""
    try:
        commit = str(github.get(f"git/ref/{REF.removeprefix('refs/')}")["object"]["sha"])
    except GitHubError as problem:
        if problem.status == 404:
            return None, []
        raise
    tree = github.get(f"git/trees/{commit}")["tree"]
    blob = next((each["sha"] for each in tree if each["path"] == FILE), None)
    if blob is None:
        raise PostingError(f"{REF} holds no {FILE}")
    content = base64.b64decode(github.get(f"git/blobs/{blob}")["content"])
    return commit, [line for line in content.decode(errors="surrogateescape").splitlines() if line]


def _appended(github: GitHub, seen: str | None, lines: Sequence[str]) -> bool:
    """Move the ledger from the commit that was seen; False where somebody else was faster."""
    content = "".join(f"{line}\n" for line in lines).encode(errors="surrogateescape")
    blob = _made(github, "blobs", content=base64.b64encode(content).decode(), encoding="base64")
    entry = {"path": FILE, "mode": "100644", "type": "blob", "sha": blob}
    tree = _made(github, "trees", tree=[entry])
    message, parents = "A look at the test part", [seen] if seen else []
    commit = _made(github, "commits", message=message, tree=tree, parents=parents)
    try:
        if seen is None:
            github.request("POST", "git/refs", {"ref": REF, "sha": commit})
        else:  # not forced: GitHub moves it forward only, which from another commit this is not
            github.request("PATCH", f"git/{REF}", {"sha": commit, "force": False})
    except GitHubError as problem:
        if problem.status == 422:
            return False
        raise
    return True


def _made(github: GitHub, what: str, **body: Any) -> str:
    return str(github.request("POST", f"git/{what}", body)["sha"])
