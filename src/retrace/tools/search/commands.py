"""`retrace search`: many settings of one model, tried on the parts that the pipeline cached."""

import contextlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from retrace.core.errors import RetraceError

if TYPE_CHECKING:
    from retrace.tools.search.setup import Prepared
    from retrace.tools.search.trials.events import Evaluator

INTERRUPTED = 130

Sampler = Literal["tpe", "random", "grid", "cmaes", "nsga2"]
Pruner = Literal["median", "hyperband", "none"]


def search(
    trials: Annotated[
        int, typer.Option(min=1, help="How many trials the study shall have in the end.")
    ] = 30,
    timeout: Annotated[
        float | None, typer.Option(min=0, help="Begin no trial after so many seconds.")
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option(min=2, help="Cross-validate on the training and validation rows."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the search; training keeps its own.")] = 0,
    metric: Annotated[
        str | None, typer.Option(help="What to improve; else the metric of params.yaml.")
    ] = None,
    goals: Annotated[
        str | None,
        typer.Option(help="Further goals: seconds, size or other metrics, separated by commas."),
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="How many trials run side by side.")
    ] = 1,
    cluster: Annotated[
        str | None,
        typer.Option(help="A Dask scheduler, such as tcp://host:8786; or DASK_SCHEDULER_ADDRESS."),
    ] = None,
    sampler: Annotated[Sampler, typer.Option(help="Who proposes settings.")] = "tpe",
    pruner: Annotated[Pruner, typer.Option(help="Who stops those that fall behind.")] = "median",
    space: Annotated[Path, typer.Option(help="The file of the spaces.")] = Path("hpo/spaces.yaml"),
    study: Annotated[str | None, typer.Option(help="Name of the study; else one is made.")] = None,
    storage: Annotated[
        str | None, typer.Option(help="A file or a database's URL; else a file in hpo/results/.")
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Run the winner in the pipeline, if it is confirmed.")
    ] = False,
    trial: Annotated[
        int | None, typer.Option(min=0, help="Apply this trial instead of the best.")
    ] = None,
    splits: Annotated[
        int, typer.Option(min=5, help="With --apply: confirm it on so many fresh splits.")
    ] = 10,
    force: Annotated[
        bool, typer.Option("--force", help="With --apply: also one that is not confirmed.")
    ] = False,
) -> None:
    """Search the hyperparameters of the model in use.

    Trials are fitted on the training part and scored on the validation part; the test part is never
    read. Trial 0 is what params.yaml has. The same command goes on where an earlier one stopped.

    \b
    retrace search --trials 100 --jobs 2
    retrace search --trials 100 --apply
    """  # noqa: D301  \b is typer's mark for lines to keep
    from retrace.tools.search.setup import check_installed, prepare
    from retrace.tools.search.study.opening import Wishes

    check_installed()
    applies = apply or trial is not None
    if force and not applies:
        raise RetraceError("--force applies a winner that is not confirmed: give --apply too")
    from retrace.tools.search.study.storages import storage_explained

    wishes = Wishes(
        trials=trials,
        seconds=timeout,
        folds=folds,
        seed=seed,
        metric=metric,
        goals=tuple(goal.strip() for goal in goals.split(",")) if goals else (),
        sampler=sampler,
        pruner=pruner,
        space=space,
        study=study,
        storage=storage,
    )

    def make_evaluator(task: Any, function: Any) -> "Evaluator":
        return _evaluator(task, function, jobs, cluster)

    with _interrupted_in_one_line(), storage_explained(storage):
        prepared = prepare(wishes, typer.echo)
        _run(prepared, make_evaluator)
        status = 0
        if applies:
            status = _apply(prepared, make_evaluator, number=trial, n_splits=splits, force=force)
    raise typer.Exit(status)


def _run(prepared: "Prepared", make_evaluator: Any) -> None:
    from retrace.tools.search.results.files import write_results
    from retrace.tools.search.results.summary import front_in_words, tie_in_words
    from retrace.tools.search.running import Search
    from retrace.tools.search.study.searchers import SignsOfLife
    from retrace.tools.search.trials.scoring import lower_is_better, score
    from retrace.tools.search.watching import Watcher

    opened, task = prepared.opened, prepared.task
    many = len(prepared.space.names)
    typer.echo(
        f"{task.params.model} on {task.params.data}: {many} parameter{'s' if many > 1 else ''},"
        f" study {opened.study.study_name}"
    )
    goal = task.goals[0]
    trials = prepared.limits.trials
    watcher = Watcher(goal, lower_is_better(goal), trials, opened.trials())
    with (
        make_evaluator(task, score) as evaluator,
        SignsOfLife(opened.study, opened.searcher),
        watcher,
    ):
        why = Search(opened, prepared.space, evaluator, prepared.limits, watcher.show).run()
    page = write_results(opened.study, prepared.folder)
    found = watcher.summary() if len(task.goals) == 1 else front_in_words(opened.study)
    typer.echo(f"{why}; {found}")
    if tie := tie_in_words(opened.study):
        typer.echo(tie)
    typer.echo(f"results: {page}")


def _apply(prepared: "Prepared", make_evaluator: Any, **options: Any) -> int:
    from retrace.tools.search import promotion

    study, task, folder = prepared.opened.study, prepared.task, prepared.folder
    return promotion.apply(study, task, make_evaluator, folder, typer.echo, **options)


def _evaluator(task: Any, function: Any, jobs: int, cluster: str | None) -> "Evaluator":
    from retrace.tools.search.cluster.connecting import scheduler_address

    address = scheduler_address(cluster)
    if jobs == 1 and address is None:
        from retrace.tools.search.trials.local import LocalEvaluator

        return LocalEvaluator(task, function)
    from retrace.tools.search.cluster.evaluator import open_evaluator

    return open_evaluator(task, function, jobs=jobs, address=address)


@contextlib.contextmanager
def _interrupted_in_one_line() -> Iterator[None]:
    """End on Ctrl-C, or when the system asks for it, as on a cluster whose time is up."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        print("interrupted: finished trials are kept; the same command goes on", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)
