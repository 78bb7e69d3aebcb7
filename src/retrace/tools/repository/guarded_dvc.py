"""`dvc`, some of its faults mended: ``python -m retrace.tools.repository.guarded_dvc repro``.

DVC hashes what a stage depends on after the stage has run. Whoever edits params.yaml or the code during
a training would get a lock, and an entry of the run-cache, that names the edit beside another model.
"""

import logging
import sqlite3
import sys
from pathlib import Path
from typing import Any

import configobj
import dvc.cli
import dvc.repo.reproduce
import dvc.stage.run
from dvc.dependency import ParamsDependency
from dvc.exceptions import DvcException

from retrace.core.checked_yaml import load_yaml
from retrace.core.errors import ParamsError
from retrace.tools.repository.dvc import database_fails, name_unfit, verify_pulls
from retrace.tools.repository.parsing_once import parse_once
from retrace.tools.repository.staleness import ABSENT

PARAMS = Path("params.yaml")

UNEXPECTED = (sqlite3.Error, UnicodeEncodeError)


class InputsChangedError(DvcException):
    """A dependency or parameter is not what it was when the stage started."""


def guard() -> None:
    """Let DVC compare the inputs of each stage before and after its command ran."""
    # Called once DVC has pulled what was missing, and not for a run that it takes from the run-cache.
    run = dvc.stage.run.cmd_run
    # DVC reads dvc.yaml and its `${model}` once, now; the stages read params.yaml when they start.
    at_start = _all_params()

    def guarded(stage: Any, dry: bool = False, run_env: Any = None) -> None:
        before = {} if dry else _files(stage)
        run(stage, dry=dry, run_env=run_env)
        if dry:
            return
        changed = [path for path, md5 in _files(stage).items() if before[path] != md5]
        changed += _changed_params(stage, at_start)
        if changed:
            raise InputsChangedError(
                f"{', '.join(changed)} changed while '{stage.addressing}' ran, so it is not recorded:"
                " run again"
            )

    dvc.stage.run.cmd_run = guarded


def _files(stage: Any) -> dict[str, str | None]:
    files = [dep for dep in stage.deps if not isinstance(dep, ParamsDependency)]
    return {str(dep): dep.get_hash().value if dep.exists else None for dep in files}


def _all_params() -> dict[str, Any]:
    try:
        return load_yaml(PARAMS)
    except ParamsError:
        return {}


def _changed_params(stage: Any, at_start: dict[str, Any]) -> list[str]:
    """Name the parameters of a stage that are not what they were when `dvc repro` started."""
    now = _all_params()
    declared = {
        key
        for dep in stage.deps
        if isinstance(dep, ParamsDependency) and dep.def_path == str(PARAMS)
        for key in dep.params
    }
    return [f"{PARAMS}: {key}" for key in sorted(declared) if _at(now, key) != _at(at_start, key)]


def _at(values: Any, key: str) -> Any:
    for part in key.split("."):
        if not isinstance(values, dict) or part not in values:
            return ABSENT
        values = values[part]
    return values


def explain_failures() -> None:
    """Let DVC say of its databases, and of names that they cannot hold, what it calls unexpected."""
    others, stop = dvc.cli._log_exceptions, dvc.repo.reproduce._raise_error

    def log(error: Exception) -> int | None:
        if not isinstance(error, UNEXPECTED):
            return others(error)
        logging.getLogger("dvc").error(_explained(error))
        return None

    def stop_at(error: Exception | None, *stages: Any) -> None:
        if isinstance(error, UNEXPECTED):
            raise DvcException(_explained(error))
        stop(error, *stages)

    dvc.cli._log_exceptions, dvc.repo.reproduce._raise_error = log, stop_at


def _explained(error: sqlite3.Error | UnicodeEncodeError) -> str:
    return name_unfit(error) if isinstance(error, UnicodeEncodeError) else database_fails(error)


def write_settings_as_utf8() -> None:
    """Let an experiment run in a folder whose path is not ASCII: DVC writes it into a configuration."""
    write = configobj.ConfigObj.write

    def write_utf8(self: Any, *arguments: Any, **options: Any) -> Any:
        self.encoding = self.encoding or "utf-8"
        return write(self, *arguments, **options)

    configobj.ConfigObj.write = write_utf8


if __name__ == "__main__":
    # An experiment's params.yaml is not the one of the folder that it is started in.
    if sys.argv[1:2] == ["repro"]:
        guard()
    write_settings_as_utf8()
    verify_pulls()
    parse_once()
    explain_failures()
    # DVC names the command to those that wait for it.
    sys.argv[0] = "dvc"
    sys.exit(dvc.cli.main(sys.argv[1:]))
