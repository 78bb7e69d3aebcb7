"""`retrace mlflow`: runs and searches in MLflow, and its pages."""

from typing import Annotated

import typer

from retrace.core.errors import RetraceError

PAGES = "ui"


def mlflow(
    runs: Annotated[
        list[str] | None,
        typer.Argument(
            help="Branches, tags, commits or experiments; `ui` opens MLflow's pages.",
            show_default="the workspace",
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every branch, tag, experiment and search of this clone.")
    ] = False,
    study: Annotated[
        str | None, typer.Option(help="A search: one run, with its trials below it.")
    ] = None,
    storage: Annotated[
        str | None, typer.Option(help="Where the study is, if not in hpo/results.", metavar="URL")
    ] = None,
    model: Annotated[
        bool, typer.Option("--model", help="Upload the models too, with signature and example.")
    ] = False,
    live: Annotated[
        bool, typer.Option("--live", help="Log the epochs of the training that runs here, as they end.")
    ] = False,
    port: Annotated[int, typer.Option(help="Of the pages.")] = 5000,
) -> None:
    """Log finished runs to MLflow, each once, and open its pages.

    What dvc.lock knows becomes a run: params, metrics with their intervals, each epoch, the verdict
    against the run that it started from or main (on the validation part), the report, the hashes of data
    and model, the commit. A run that is there is not logged again. Runs go to the server that
    MLFLOW_TRACKING_URI names, else into .retrace/mlflow, a folder that can be copied anywhere.

    \b
    retrace mlflow                       the run of the workspace
    retrace mlflow --all                 all of this clone
    retrace mlflow main cnn-wide --model two runs, with their models
    retrace mlflow --study wine-svm-1    a search and its trials
    retrace mlflow --live                a training in progress, beside it
    retrace mlflow ui                    the pages, on http://127.0.0.1:5000
    """
    from retrace.tools.tracking.choosing import chosen
    from retrace.tools.tracking.models import put_models
    from retrace.tools.tracking.pages import serve
    from retrace.tools.tracking.runs import log_runs
    from retrace.tools.tracking.searching import log_study, open_studies
    from retrace.tools.tracking.store import open_store

    if runs == [PAGES]:
        serve(port)
    if live:
        if runs or everything or study:
            raise RetraceError("--live watches the training of this folder: name nothing beside it")
        from retrace.tools.tracking.live import watch_training

        watch_training(typer.echo)
        return
    if storage and not study:
        raise RetraceError("--storage says where a study is: name it with --study")
    studies = open_studies(study, storage) if study or everything else []
    choices = [] if study and not runs else chosen(runs or [], everything)
    with open_store() as store:
        if choices:
            logged = log_runs(store, choices)
            typer.echo(f"runs: {logged}")
            for said in logged.damaged:
                typer.echo(f"left out: {said}", err=True)
        for each in studies:
            typer.echo(f"search {each.study_name}: {log_study(store, each)} trials logged")
        if model:
            typer.echo(f"models: {put_models(store, choices)} uploaded")
