"""`retrace models` and `retrace promote`: which model is in use, and how one comes to be."""

from enum import StrEnum
from typing import Annotated

import typer

from retrace.tools.registry import Policy


class Bump(StrEnum):
    """Which number of the version rises."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


def models(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List the versions of the model: stage, metric, commit, when and by whom."""
    import json

    from retrace.tools.registry.listing import as_table, as_values, list_versions

    versions = list_versions()
    if as_json:
        typer.echo(json.dumps(as_values(versions), indent=2))
    else:
        typer.echo(
            as_table(versions) if versions else "no versions yet: `retrace promote` makes the first one"
        )


def promote(
    context: typer.Context,
    revision: Annotated[
        str, typer.Argument(help="A commit on main, or a version, whose model is promoted.")
    ] = "HEAD",
    stage: Annotated[str, typer.Option(help="Where it shall be in use.")] = "prod",
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Bring back the model that was there before.")
    ] = False,
    policy: Annotated[
        Policy | None,
        typer.Option(help="What it must be.", show_default="that of dvc.yaml, or not-worse"),
    ] = None,
    bump: Annotated[Bump, typer.Option(help="Which number of the version rises.")] = Bump.MINOR,
    accept: Annotated[
        list[str] | None,
        typer.Option(help="Accept warnings of the data checks that hold this text.", metavar="TEXT"),
    ] = None,
    local: Annotated[bool, typer.Option("--local", help="Do without a DVC remote.")] = False,
    onnx: Annotated[
        bool | None,
        typer.Option(
            "--onnx/--no-onnx",
            help="Whether its ONNX export must say the same.",
            show_default="that of dvc.yaml, or not",
        ),
    ] = None,
) -> None:
    """Bring a model into a stage, if the evidence is for it.

    The commit must be on main, its dvc.lock true, its outputs on the remote, the data checks without
    warnings that nobody accepted, and the model not worse than the one that is there now; where dvc.yaml
    says so, its ONNX export must agree on every row. Then Git gets tags that GTO reads too, with the
    evidence in their message: `model@v1.1.0` and `model#prod#2`.

    \b
    retrace promote                      the model of HEAD to prod
    retrace promote v1.1.0 --stage prod  a version that was tried in another stage
    retrace promote --policy better      only if it is significantly better
    retrace promote --rollback           back to the model before
    """
    from retrace.tools.registry.promotion import plan_promotion, plan_rollback
    from retrace.tools.repository.bases import remote

    if rollback:
        plan = plan_rollback(stage)
    else:
        plan = plan_promotion(
            revision,
            stage,
            bump=bump.value,
            policy=policy,
            accepted=accept or [],
            local=local,
            onnx=onnx,
            check_export=next(iter(context.obj), None),
        )
    plan.carry_out()
    typer.echo(plan.message.rstrip())
    quoted = " ".join(f"'{tag}'" for tag in plan.tags)
    typer.echo(f"\n{plan.stage} has {plan.version}; tell the others: git push {remote()} {quoted}")
