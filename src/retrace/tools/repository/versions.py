"""Versions of the model and the stages they are in: Git tags, in the words of GTO.

``model@v1.2.0`` names a version, ``model#prod#3`` says which commit is in a stage since the third
assignment. GTO itself reads the same tags; this takes a hundredth of the time that it takes to import.
See https://dvc.org/doc/gto.
"""

import re
from dataclasses import dataclass
from typing import Literal

from retrace.core.errors import RetraceError
from retrace.tools.repository.asking_git import ask_git, decoded
from retrace.tools.repository.bases import default_base
from retrace.tools.repository.git import git

ARTIFACT = "model"  # its name in dvc.yaml

VERSION_TAG = re.compile(rf"{ARTIFACT}@(v\d+\.\d+\.\d+)")
STAGE_TAG = re.compile(rf"{ARTIFACT}#([a-z][a-z0-9-]*[a-z0-9])!?#(\d+)")
EMPTIED = "!#"  # what `gto unassign` sets: nothing is in the stage since

FIRST = "v1.0.0"

Bump = Literal["major", "minor", "patch"]

FIELDS = "%00".join(
    ("%(refname:short)", "%(*objectname)%(objectname)", "%(taggername)", "%(taggerdate:short)")
)


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A tag that speaks of the model: who set it, when, on which commit, and what its message says."""

    name: str
    commit: str
    who: str
    when: str
    message: str


def model_tags() -> list[Tag]:
    """Return the tags of versions and stages, in the order of their making."""
    listing = git(
        "for-each-ref", "--sort=creatordate", f"--format={FIELDS}%00%(contents)%01", "refs/tags"
    )
    entries = [entry.lstrip("\n").split("\0") for entry in listing.split("\1") if "\0" in entry]
    return [
        Tag(name=name, commit=hashes[:40], who=who, when=when, message=message.strip())
        for name, hashes, who, when, message in entries
        if VERSION_TAG.fullmatch(name) or STAGE_TAG.fullmatch(name)
    ]


def versions(tags: list[Tag]) -> dict[str, Tag]:
    """Return the versions by name, in their order: v1.9.0 before v1.10.0."""
    named = {match[1]: tag for tag in tags if (match := VERSION_TAG.fullmatch(tag.name))}
    return dict(sorted(named.items(), key=lambda item: [int(n) for n in item[0][1:].split(".")]))


def assignments(tags: list[Tag]) -> dict[str, list[Tag]]:
    """Return the tags of each stage in their order: the last says what is in it now."""
    by_stage: dict[str, list[tuple[int, Tag]]] = {}
    for tag in tags:
        if match := STAGE_TAG.fullmatch(tag.name):
            by_stage.setdefault(match[1], []).append((int(match[2]), tag))
    return {
        stage: [tag for _, tag in sorted(numbered, key=lambda one: one[0])]
        for stage, numbered in by_stage.items()
    }


def commit_of_version(name: str) -> str | None:
    """Return the commit of a version (``v1.2.0``) or of what is in a stage (``prod``); None: neither."""
    tags = model_tags()
    if name in (named := versions(tags)):
        return named[name].commit
    stages = assignments(tags)
    last = stages[name][-1] if name in stages else None
    return last.commit if last and EMPTIED not in last.name else None


def next_version(known: dict[str, Tag], bump: Bump) -> str:
    """Return the version after the last one: v1.2.3 becomes v1.3.0 by ``"minor"``."""
    if not known:
        return FIRST
    numbers = [int(number) for number in list(known)[-1][1:].split(".")]
    place = ("major", "minor", "patch").index(bump)
    numbers[place:] = [numbers[place] + 1, *[0] * (2 - place)]
    return "v" + ".".join(map(str, numbers))


def set_tag(name: str, commit: str, message: str) -> None:
    """Set an annotated tag.

    Raises
    ------
    RetraceError
        Git refuses: there is one of this name, or nobody has told Git who sets it.
    """
    run = ask_git("tag", "--annotate", "--cleanup=verbatim", "--message", message, name, commit)
    if run.returncode:
        raise RetraceError(f"Git cannot set the tag '{name}': {' '.join(decoded(run.stderr).split())}")


def is_on_main(commit: str) -> bool:
    """Tell whether main has a commit, itself or among its ancestors."""
    return ask_git("merge-base", "--is-ancestor", commit, default_base()).returncode == 0
