"""A model into a stage by evidence, and out of it again: what is decided before any tag is set."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from retrace.core.artifacts import MODEL
from retrace.core.errors import RetraceError, did_you_mean
from retrace.evaluation.intervals import number_text
from retrace.tools.registry import Check, Policy
from retrace.tools.registry.gates import Gate, pass_gates
from retrace.tools.repository.git import find_tree
from retrace.tools.repository.lock import parse_yaml
from retrace.tools.repository.sides import Side, read_side
from retrace.tools.repository.versions import (
    ARTIFACT,
    EMPTIED,
    Bump,
    Tag,
    assignments,
    model_tags,
    next_version,
    set_tag,
    versions,
)

STAGE = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")  # as GTO takes it

ROLLED_BACK = "rolled back"


@dataclass(frozen=True, kw_only=True)
class Promotion:
    """What is to be done: the tags by name, their message, and the version that comes into the stage."""

    stage: str
    version: str
    commit: str
    tags: tuple[str, ...]
    message: str

    def carry_out(self) -> None:
        """Set the tags; the version first, so that no stage ever names what is not there."""
        for tag in self.tags:
            set_tag(tag, self.commit, self.message)


def plan_promotion(
    name: str,
    stage: str,
    *,
    bump: Bump,
    policy: Policy | None,
    accepted: Sequence[str] = (),
    local: bool = False,
    onnx: bool | None = None,
    check_export: Check | None = None,
) -> Promotion:
    """Decide whether the model of a commit may come into a stage.

    Parameters
    ----------
    name : str
        A branch, tag, commit or version.
    stage : str
    bump : str
        Which number of the version rises, if the commit has no version yet.
    policy : Policy or None
        None: what ``artifacts.model.meta.promote`` of the commit's dvc.yaml says, or ``not-worse``.
    accepted, local
        As `retrace.tools.registry.gates.pass_gates` takes them.
    onnx : bool or None
        Whether the model must be exportable; None: what ``artifacts.model.meta.onnx`` says, or not.
    check_export : Check or None
        What tries it; None where nothing here exports.

    Raises
    ------
    RetraceError
        A gate failed, or the model is in the stage already.
    """
    _check_stage(stage)
    tags = model_tags()
    named = versions(tags)
    side = read_side(find_tree(named[name].name if name in named else name))
    held = stack(assignments(tags).get(stage, []))
    if held and held[-1].commit == side.tree.commit:
        raise RetraceError(f"{stage} has this model already ({version_of(held[-1].commit, named)})")
    current = _side_of(held[-1], named) if held else None
    gates = pass_gates(
        side,
        current,
        policy=policy or _policy(side),
        accepted=accepted,
        local=local,
        onnx=_export_gate(side, onnx, check_export),
    )
    version = version_of(side.tree.commit, named) or next_version(named, bump)
    if failed := [gate for gate in gates if not gate.passed]:
        keeps = f"keeps {version_of(held[-1].commit, named)}" if held else "stays empty"
        names = ", ".join(gate.name for gate in failed)
        raise RetraceError(
            f"{stage} {keeps}: {len(failed)} of {len(gates)} gates failed ({names})",
            details=[f"{gate.name}: {gate.found}" for gate in failed],
        )
    new = () if version in named else (f"{ARTIFACT}@{version}",)
    return Promotion(
        stage=stage,
        version=version,
        commit=side.tree.commit,
        tags=(*new, _next_tag(stage, tags)),
        message=_evidence(stage, version, side, gates),
    )


def plan_rollback(stage: str) -> Promotion:
    """Decide which model was in a stage before the present one.

    Raises
    ------
    RetraceError
        There was none.
    """
    _check_stage(stage)
    tags = model_tags()
    held, named = stack(assignments(tags).get(stage, [])), versions(tags)
    if len(held) < 2:
        there = f"only {version_of(held[0].commit, named)} was in it" if held else "nothing was in it"
        stages = assignments(tags)
        nearest = "" if stage in stages else did_you_mean(stage, stages)
        raise RetraceError(f"{stage} cannot be rolled back: {there}{nearest}")
    gone, back = (version_of(tag.commit, named) for tag in (held[-1], held[-2]))
    return Promotion(
        stage=stage,
        version=back,
        commit=held[-2].commit,
        tags=(_next_tag(stage, tags),),
        message=f"{stage}: {ROLLED_BACK} from {gone} to {back}\n",
    )


def stack(assigned: list[Tag]) -> list[Tag]:
    """Return what a stage held one after the other; what was rolled back is no longer there."""
    held: list[Tag] = []
    for tag in assigned:
        if EMPTIED in tag.name:
            held.clear()
        elif ROLLED_BACK in tag.message.splitlines()[0] and held:
            held.pop()
        else:
            held.append(tag)
    return held


def version_of(commit: str, named: dict[str, Tag]) -> str:
    """Return the newest version of a commit; empty where it has none."""
    return next((name for name, tag in reversed(named.items()) if tag.commit == commit), "")


def _side_of(tag: Tag, named: dict[str, Tag]) -> Side:
    version = version_of(tag.commit, named)
    return read_side(find_tree(named[version].name if version else tag.name))


def _check_stage(stage: str) -> None:
    if not STAGE.fullmatch(stage):
        raise RetraceError(
            f"--stage: got '{stage}'; allowed: small letters, digits and hyphens, such as prod"
        )


def _meta(side: Side) -> dict[str, Any]:
    """Return what dvc.yaml says of the model, reviewed with everything else."""
    content = side.tree.read(["dvc.yaml"]).get("dvc.yaml", b"")
    artifacts = parse_yaml(content, f"dvc.yaml of {side.name}").get("artifacts") or {}
    return (artifacts.get(ARTIFACT) or {}).get("meta") or {}


def _export_gate(side: Side, asked: bool | None, check: Check | None) -> Check | None:
    key = f"dvc.yaml: artifacts.{ARTIFACT}.meta.onnx"
    if asked is None and type(asked := _meta(side).get("onnx", False)) is not bool:
        raise RetraceError(f"{key}: got '{asked}'; allowed: true, false")
    if asked and check is None:
        raise RetraceError(f"{key}: nothing here exports models: say false, or `--no-onnx`")
    return check if asked else None


def _policy(side: Side) -> Policy:
    asked = _meta(side).get("promote", Policy.NOT_WORSE)
    if asked not in set(Policy):
        raise RetraceError(
            f"dvc.yaml: artifacts.{ARTIFACT}.meta.promote: got '{asked}'"
            f"{did_you_mean(asked, Policy)}; allowed: {', '.join(Policy)}"
        )
    return Policy(asked)


def _next_tag(stage: str, tags: list[Tag]) -> str:
    assigned = assignments(tags).get(stage, [])
    last = int(assigned[-1].name.rpartition("#")[2]) if assigned else 0
    return f"{ARTIFACT}#{stage}#{last + 1}"


def _evidence(stage: str, version: str, side: Side, gates: list[Gate]) -> str:
    """Write the message of the tags: all that spoke for the model, for those who read it later."""
    test = side.metrics.get("test", {})
    scores = ", ".join(f"{name} {number_text(value)}" for name, value in test.items() if name != "n")
    return "\n".join(
        [
            f"{stage}: {version}",
            "",
            *(f"{gate.name}: {gate.found}" for gate in gates),
            f"test part: {scores} ({test.get('n', 0):.0f} rows)",
            f"model: {MODEL.as_posix()} has the MD5 {side.lock.outs[MODEL.as_posix()]}",
            f"commit: {side.tree.commit}",
            "",
        ]
    )
