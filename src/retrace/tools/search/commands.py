"""`retrace search`: many settings of one model, tried on the parts that the pipeline cached."""

import contextlib
import inspect
import signal
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import typer

from retrace.core.errors import RetraceError
from retrace.tools.search.options import Options

if TYPE_CHECKING:
    from retrace.core.params import Params
    from retrace.tools.search.setup import Prepared

INTERRUPTED = 130


def search(**given: Any) -> None:
    """Search the hyperparameters of the model in use.

    Trials are fitted on the training part and scored on the validation part; the test part is never
    read. Trial 0 is what params.yaml has. The same command goes on where an earlier one stopped.

    \b
    retrace search --trials 100 --jobs 2
    retrace search --trials 100 --apply
    """
    _run(Options(**given))


# Typer reads a command's options off its signature.
search.__signature__ = inspect.signature(Options)  # type: ignore[attr-defined]


def _run(options: Options) -> None:
    params = _checked(options)
    from retrace.tools.search.setup import prepare
    from retrace.tools.search.study.storages import storage_explained

    with _interrupted_in_one_line(), storage_explained(options.storage):
        prepared = prepare(options, params)
        _search(prepared)
        if options.applies:
            from retrace.tools.search.promotion import apply

            raise typer.Exit(apply(prepared))


def _checked(options: Options) -> "Params":
    """Say a mistake in the options at once: what a search imports takes seconds."""
    options.check()
    from retrace.core.params import load_params

    params = load_params()
    if options.metric or options.goals:
        _check_goals(options, params)
    try:
        import optuna
    except ModuleNotFoundError as error:
        raise RetraceError(
            "retrace search needs Optuna: run `pip install -r requirements-hpo.txt`"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return params


def _check_goals(options: Options, params: "Params") -> None:
    """Go by what the description of the data says; whether it is right, the readers say later."""
    from retrace.core.checked_yaml import load_yaml
    from retrace.core.records import Task

    path = Path("data", f"{params.data}.yaml")
    task: Any = load_yaml(path).get("task") if path.is_file() else None
    if task in get_args(Task):
        options.all_goals(params, task)


def _search(prepared: "Prepared") -> None:
    from retrace.tools.search.results.files import write_results
    from retrace.tools.search.results.summary import front_in_words, tie_in_words
    from retrace.tools.search.running import Search
    from retrace.tools.search.study.studies import heartbeat
    from retrace.tools.search.trials.scoring import score
    from retrace.tools.search.watching import Progress

    options, opened, problem = prepared.options, prepared.opened, prepared.problem
    study, many = opened.study, len(prepared.space.names)
    typer.echo(
        f"{problem.params.model} on {problem.params.data}: {many} parameter{'s' if many > 1 else ''},"
        f" study {study.study_name}"
    )
    progress = Progress(problem.goals[0], options.trials, opened.trials())
    evaluator = prepared.evaluator(partial(score, problem))
    with evaluator, heartbeat(study, opened.searcher), progress.bar:
        why = Search(prepared, evaluator, progress.show).run()
    page = write_results(study, prepared.folder)
    best = progress.summary() if len(problem.goals) == 1 else front_in_words(study)
    typer.echo(f"{why}; {best}")
    if tie := tie_in_words(study):
        typer.echo(tie)
    typer.echo(f"results: {page}")


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
