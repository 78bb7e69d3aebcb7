"""The comment job, with nothing to install.

``PYTHONPATH=src/retrace/tools/pull_request python3 -m posting find``
"""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from . import PostingError
from .choosing import Choice, choose
from .comment import compose, post
from .committing import commit_results
from .github import GitHub, artifact_url, from_environment
from .looking import open_test_part
from .untrusted import Artifact, UntrustedError, read_artifact

ARTIFACT = "pull-request"


def main() -> None:
    """Run one of `find`, `open`, `comment` and `commit`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("--folder", type=Path, default=Path(ARTIFACT), help="the artifact, unpacked")
    arguments = parser.parse_args()
    github, ended = from_environment()
    choice = choose(github, ended)
    if arguments.step != "find":
        choice = _of_the_artifact(choice)
    STEPS[arguments.step](github, choice, arguments.folder)


def _of_the_artifact(choice: Choice) -> Choice:
    """Show nothing where another run has ended since `find`: the artifact at hand is not its own."""
    chosen_before = os.environ.get("RETRACE_RUN_ID")
    if choice.run is None or chosen_before is None or chosen_before == str(choice.run.id):
        return choice
    return Choice(None, None, f"run {choice.run.id} has ended meanwhile, and will tell itself")


def find(github: GitHub, choice: Choice, folder: Path) -> None:
    """Tell the next step whose artifact to bring; nothing where there is nothing to show."""
    if choice.reason:
        print(choice.reason)
    if choice.run:
        _append("GITHUB_OUTPUT", f"run-id={choice.run.id}\n")


def open_(github: GitHub, choice: Choice, folder: Path) -> None:
    """Tell the next job whether the test part is shown, after its look was noted."""
    try:
        opened = open_test_part(github, choice, read_artifact(folder))
    except UntrustedError:  # which the comment tells itself
        return
    said = " ".join(opened.said.split())
    print(said or "the test part is open")
    run_id = choice.run.id if choice.run and opened.is_open else ""
    _append("GITHUB_OUTPUT", f"opened={run_id}\nsaid={said}\n")


def comment(github: GitHub, choice: Choice, folder: Path) -> None:
    """Write the text to the job's summary, then to the pull request; what fails there fails nothing."""
    if choice.run is None:
        return print(choice.reason)
    artifact, problem = Artifact(), ""
    try:
        artifact = read_artifact(folder)
    except UntrustedError as error:
        problem = str(error)
    # Opened for this very run, or not at all.
    if os.environ.get("RETRACE_OPENED") == str(choice.run.id):
        artifact = replace(artifact, comment=artifact.opened)
    url, said = artifact_url(github, choice.run, ARTIFACT), os.environ.get("RETRACE_SAID", "")
    text = compose(github, choice.run, artifact, url, problem, said)
    _append("GITHUB_STEP_SUMMARY", f"{text}\n")
    if choice.pull is None:
        return print(f"not posted: {choice.reason}")
    number = int(choice.pull["number"])
    try:
        print(f"posted on #{number}, {post(github, number, text, choice.run)}")
    except PostingError as error:
        print(f"::warning::not posted on #{number}: {error}")


def commit(github: GitHub, choice: Choice, folder: Path) -> None:
    """Commit the results with the token of an App: a commit by the job's own would start no checks."""
    writer = GitHub(github.repository, os.environ["RETRACE_APP_TOKEN"], github.api, github.server)
    try:
        print(f"committed as {commit_results(github, writer, choice, read_artifact(folder).results)}")
    except PostingError as error:
        print(error)


def _append(variable: str, text: str) -> None:
    """Add to one of the files that a job speaks to GitHub with; on a laptop there is none."""
    if path := os.environ.get(variable):
        with Path(path).open("a") as file:
            file.write(text)
    else:
        print(text)


STEPS: dict[str, Callable[[GitHub, Choice, Path], None]] = {
    "find": find,
    "open": open_,
    "comment": comment,
    "commit": commit,
}


if __name__ == "__main__":
    try:
        main()
    except PostingError as problem:
        sys.exit(f"error: {problem}")
