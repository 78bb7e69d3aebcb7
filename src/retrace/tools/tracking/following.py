"""What `retrace repro` and others made, logged by itself where MLFLOW_TRACKING_URI is set."""

import sys

from retrace.core.errors import ComparisonError, RetraceError

AGAIN = "`retrace mlflow --all` logs it later"


def follow(command: str) -> None:
    """Log what a command left; a server that fails must not make a finished run a failed one.

    Parameters
    ----------
    command : str
        One of those that `retrace.tools.cli` lists.
    """
    if isinstance(sys.exception(), KeyboardInterrupt):
        return  # whoever interrupts does not want to wait
    try:
        _log(command)
    except ComparisonError:
        return  # the run did not end, and has said so
    except RetraceError as error:
        print(f"warning: not logged to MLflow: {error}; {AGAIN}", file=sys.stderr)


def _log(command: str) -> None:
    from retrace.tools.tracking.choosing import all_experiments, chosen
    from retrace.tools.tracking.runs import log_runs
    from retrace.tools.tracking.searching import log_study, open_studies
    from retrace.tools.tracking.store import open_store

    if command == "search":
        studies = open_studies()
        with open_store() as store:
            print(f"MLflow: {sum(log_study(store, each) for each in studies)} trials logged")
        return
    choices = chosen([], False) if command == "repro" else all_experiments()
    with open_store() as store:
        print(f"MLflow: {log_runs(store, choices)}")
