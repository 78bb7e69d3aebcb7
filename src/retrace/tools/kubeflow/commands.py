"""`retrace kfp`: the pipeline on Kubeflow Pipelines."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from retrace.core.errors import RetraceError

if TYPE_CHECKING:
    from kfp.dsl.base_component import BaseComponent

    from retrace.tools.kubeflow.planning import Component

# An image is a word here, for components that run as processes of this machine.
HERE = "python"


def kfp(
    action: Annotated[
        Literal["compile", "run", "pull"],
        typer.Argument(help="compile: write the pipeline; run: run it; pull: bring a run back."),
    ],
    run: Annotated[str | None, typer.Argument(help="Of pull: which run.")] = None,
    set_param: Annotated[
        list[str] | None,
        typer.Option(
            "--set-param", "-S", help="Of run: another value, such as seed=7.", metavar="KEY=VALUE"
        ),
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="Of run: the cluster's address; without it, here.", metavar="URL")
    ] = None,
    image: Annotated[
        str | None, typer.Option(help="In which stages run that have none in resources.yaml.")
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(help="A bucket for code and runs, such as s3://bucket/kfp.", metavar="URL"),
    ] = None,
    output: Annotated[Path, typer.Option(help="Of compile: the file.")] = Path("pipeline.yaml"),
    force: Annotated[
        bool, typer.Option("--force", help="Of pull: also where changes are not committed.")
    ] = False,
) -> None:
    """Run the stages of dvc.yaml as components of Kubeflow Pipelines, and bring runs back.

    Each stage is a component that is run again only where its own code, data or params changed; each
    value of params.yaml that stages declare is a parameter of the run. DVC makes the stage and its part
    of dvc.lock, so a run that was brought back is what `dvc repro` would have made here.

    \b
    retrace kfp run -S report.mistakes=5            on this machine, by KFP's own runner
    retrace kfp pull 1f0c                           its dvc.lock, metrics, report and model, here
    retrace kfp compile --store s3://lab/kfp --image ghcr.io/lab/digits:1
    retrace kfp run --host https://kfp.lab --store s3://lab/kfp --image ghcr.io/lab/digits:1
    """
    from retrace.tools.repository.addresses import holds_secrets

    if store and holds_secrets(store):
        raise RetraceError(
            "--store: keys belong into the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), since"
            " a pipeline carries the address"
        )
    if action == "pull":
        _pull(run, _address(store), force)
        return
    if run:
        raise RetraceError(f"`retrace kfp {action}` takes no run: got '{run}'")
    if (action == "compile" or host) and not (store and "://" in store):
        raise RetraceError(
            "components find code in a store that they can reach: --store s3://bucket/kfp"
        )
    if action == "compile" and set_param:
        raise RetraceError("-S is of a run: a compiled pipeline takes values when it is started")
    pipeline, components = _pipeline(_address(store), image, here=action == "run" and not host)
    if action == "compile":
        _compile(pipeline, output)
    else:
        _run(pipeline, components, host, set_param or [])


def _pipeline(store: str, image: str | None, *, here: bool) -> "tuple[BaseComponent, list[Component]]":
    from retrace.tools.kubeflow.compiling import build_pipeline, check_installed
    from retrace.tools.kubeflow.planning import plan_components
    from retrace.tools.kubeflow.store import put_packs
    from retrace.tools.repository.resolved_stages import ignore_files, resolve_stages
    from retrace.tools.repository.resources import FILE, read_resources

    check_installed()
    stages = resolve_stages()
    if not stages:
        raise RetraceError("dvc.yaml has no stages: there is nothing to run")
    asked = {} if here or not FILE.is_file() else read_resources(FILE, [each.name for each in stages])
    components = plan_components(stages, ignore_files())
    pipeline = build_pipeline(
        Path.cwd().name, components, store=store, resources=asked, image=HERE if here else image
    )
    put_packs(store, components)
    return pipeline, components


def _compile(pipeline: "BaseComponent", output: Path) -> None:
    from retrace.tools.kubeflow.compiling import write_pipeline

    write_pipeline(pipeline, output)
    typer.echo(f"{output}: upload it, or `retrace kfp run --host` sends it")


def _run(
    pipeline: "BaseComponent", components: "list[Component]", host: str | None, overrides: list[str]
) -> None:
    import tempfile

    from retrace.tools.kubeflow.compiling import write_pipeline
    from retrace.tools.kubeflow.parameters import chosen_arguments
    from retrace.tools.kubeflow.planning import run_parameters
    from retrace.tools.kubeflow.running import run_here, send

    names = {value: name for name, value in run_parameters(components).items()}
    arguments = chosen_arguments(overrides, names, [each.stage for each in components])
    if host:
        with tempfile.TemporaryDirectory(prefix="retrace-") as folder:
            file = Path(folder, "pipeline.yaml")
            write_pipeline(pipeline, file)
            run = send(file, Path.cwd().name, host, arguments)
        typer.echo(f"run {run} is sent to {host}; when it has ended, `retrace kfp pull {run}`")
        return
    run, ran = run_here(pipeline, components, arguments)
    said = f"ran {', '.join(ran)}" if ran else "no stage ran, since nothing had changed"
    typer.echo(f"run {run}: {said}")
    typer.echo(f"`retrace kfp pull {run}` brings it here")


def _pull(run: str | None, store: str, force: bool) -> None:
    from retrace.tools.kubeflow.pulling import lay_run
    from retrace.tools.kubeflow.store import open_run
    from retrace.tools.repository.stages import read_stages
    from retrace.tools.repository.staleness import all_problems

    if not run:
        raise RetraceError("which run? `retrace kfp pull RUN`, by the name that `retrace kfp run` says")
    with open_run(store, run) as folder:
        changed = lay_run(folder, force=force)
    typer.echo(f"run {run} is here" + (f"; params: {', '.join(changed)}" if changed else ""))
    problems = all_problems(read_stages())
    if problems:
        typer.echo("dvc.lock is true for the run, whose code or data are not those here:")
    for problem in problems:
        typer.echo(f"  {problem}")


def _address(store: str | None) -> str:
    from retrace.tools.kubeflow.running import HOME

    return store.rstrip("/") if store else str((HOME / "store").absolute())
