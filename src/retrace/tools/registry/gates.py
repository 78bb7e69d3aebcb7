"""What a model must pass before it comes into a stage: each gate says what it found."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from retrace.core.artifacts import DATA_CHECKS, MODEL
from retrace.core.errors import RetraceError
from retrace.tools.registry import Check, Policy
from retrace.tools.repository.outputs import lacking_on_remote, stored_output
from retrace.tools.repository.sides import Side
from retrace.tools.repository.versions import is_on_main
from retrace.tools.significance.judging import judge
from retrace.tools.significance.verdicts import Verdict
from retrace.tools.significance.wording import headline

# Where nobody can compare, a person decides: `any`.
REFUSED = {
    Policy.NOT_WORSE: {Verdict.WORSE, Verdict.NOT_COMPARABLE},
    Policy.BETTER: {*Verdict} - {Verdict.BETTER},
    Policy.ANY: set(),
}


@dataclass(frozen=True)
class Gate:
    """One condition, whether it holds, and why."""

    name: str
    passed: bool
    reason: str


def pass_gates(
    side: Side,
    current: Side | None,
    *,
    policy: Policy,
    accepted: Sequence[str],
    local: bool,
    onnx: Check | None = None,
) -> list[Gate]:
    """Try every gate, so that a refusal names all that is amiss.

    Parameters
    ----------
    side : Side
        The run whose model is to be promoted.
    current : Side or None
        The run whose model is in the stage now.
    policy : Policy
        How much better than ``current`` it must be.
    accepted : sequence of str
        A warning of the data checks that contains one of these is accepted.
    local : bool
        Whether the outputs may be on no remote.
    onnx : Check or None
        Tries the export; None where nobody has said that there must be one.
    """
    gates = [
        _on_main(side),
        _lock(side),
        _on_remote(side, local),
        _data_checks(side, accepted),
        _verdict(side, current, policy),
    ]
    return gates if onnx is None else [*gates, _export(side, onnx)]


def _on_main(side: Side) -> Gate:
    merged = is_on_main(side.tree.commit)
    return Gate("on main", merged, "main has it" if merged else "main does not have it: merge it first")


def _lock(side: Side) -> Gate:
    if not side.ran or MODEL.as_posix() not in side.lock.outs:
        return Gate("dvc.lock", False, "it has no finished run: run `retrace repro` and commit")
    return Gate(
        "dvc.lock", not side.notes, "; ".join(side.notes) or "true for its params, data and code"
    )


def _on_remote(side: Side, local: bool) -> Gate:
    name = "on the remote"
    if local:
        return Gate(name, True, "not asked (--local)")
    try:
        lacking = lacking_on_remote(side.tree, side.lock)
    except RetraceError as error:
        return Gate(name, False, f"{error}; or do without, --local")
    reason = f"lacks {', '.join(lacking)}: run `retrace push`" if lacking else "has all outputs"
    return Gate(name, not lacking, reason)


def _data_checks(side: Side, accepted: Sequence[str]) -> Gate:
    name = "data checks"
    if DATA_CHECKS.as_posix() not in side.lock.outs:
        return Gate(name, False, "its run has none: run `retrace repro` and commit")
    try:
        warnings = json.loads(stored_output(side.tree, side.lock, DATA_CHECKS).read_bytes())["warnings"]
    except RetraceError as error:
        return Gate(name, False, str(error))
    open_ones = [warning for warning in warnings if not any(text in warning for text in accepted)]
    if open_ones:
        return Gate(name, False, f"{'; '.join(open_ones)} (accept it by a part of its text: --accept)")
    return Gate(name, True, f"accepted: {'; '.join(warnings)}" if warnings else "no warnings")


def _verdict(side: Side, current: Side | None, policy: Policy) -> Gate:
    if current is None:
        return Gate("verdict", True, "the first model in this stage")
    judgement = judge(current, side)
    reason = f"{judgement.verdict}: {headline(judgement, current)} (policy: {policy})"
    return Gate("verdict", judgement.verdict not in REFUSED[policy], reason)


def _export(side: Side, check: Check) -> Gate:
    try:
        return Gate("ONNX export", True, check(side.tree.commit))
    except RetraceError as error:
        return Gate("ONNX export", False, str(error))
