"""A script's docstring in, its stage of dvc.yaml out."""

import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from retrace.core.errors import RetraceError, did_you_mean
from retrace.tools.dependencies.marks import COMMAND, INPUT, METRICS, OUTPUT, Mark, marks_of
from retrace.tools.notebooks.arguments import BOUND, path_from_root
from retrace.tools.repository.definitions import Definition

# The section of params.yaml; the library's own parameters stand beside it.
SECTION = "notebooks"

REQUIREMENTS = "requirements.txt"

# `dvc run` and `dvc stage add`: what takes a value, and where that goes.
OPTIONS = {
    "-d": INPUT, "--deps": INPUT, "-o": OUTPUT, "--outs": OUTPUT, "-m": METRICS, "--metrics": METRICS,
    "-M": METRICS, "--metrics-no-cache": METRICS, "-f": "", "--file": "", "-n": "", "--name": "",
}  # fmt: skip

FLAGS = {"--overwrite-dvcfile", "--force", "--no-exec", "--ignore-build-cache"}

RUNS = (["dvc", "run"], ["dvc", "stage", "add"])


def definition_of(
    docstring: str, script: Path, notebook: Path, *, chosen: Mapping[str, str], page: str | None
) -> Definition:
    """Return the stage that runs a script.

    Parameters
    ----------
    docstring : str
        Of the script: its fields name every path from the top folder.
    script, notebook : Path
        From there too.
    chosen : dict
        Other paths of inputs and outputs, by their names.
    page : str or None
        Where the executed notebook is kept.

    Raises
    ------
    RetraceError
        The stage would make nothing, or a name is none of an input or output.
    """
    marks = marks_of(docstring)
    common = [script.as_posix(), *([REQUIREMENTS] if Path(REQUIREMENTS).is_file() else [])]
    if command := next((mark for mark in marks if mark.kind == COMMAND), None):
        if chosen or page:
            raise RetraceError(f"{notebook}: `:{COMMAND}:` says all: leave --set and --html out")
        return _of_command(command.text, script, common, notebook)
    bound = [mark for mark in marks if mark.kind in BOUND]
    named = {mark.name: mark for mark in bound if mark.name}
    values = [mark.name for mark in marks if mark.kind == "param" and mark.name not in named]
    for name in chosen:
        if name in values:
            key = f"{SECTION}.{script.stem}.{name}"
            raise RetraceError(f"--set is for paths: {name} is a parameter, {key} of params.yaml")
        if name not in named:
            raise RetraceError(
                f"--set {name}=...: {notebook} has no input or output of this name"
                f"{did_you_mean(name, named)}; it has {', '.join(named) or 'none with a name'}"
            )
    if not page and not any(mark.kind in {OUTPUT, METRICS} for mark in bound):
        raise RetraceError(
            f"{notebook} names nothing that it makes: write `:{OUTPUT} <parameter>: <path>` into the"
            " docstring of its first cell, or keep it as a page by --html"
        )
    paths = {mark: chosen.get(mark.name, mark.text) for mark in bound}
    words = ["python", script.as_posix()]
    for name, mark in named.items():
        words += [f"--{name.replace('_', '-')}", _quoted(paths[mark])]
    words += ["--html", _quoted(page)] if page else []
    words += [f"${{{SECTION}.{script.stem}}}"] if values else []
    return Definition(
        command=" ".join(words),
        dependencies=sorted({*_of(INPUT, paths), *common, *([notebook.as_posix()] if page else [])}),
        params=[f"{SECTION}.{script.stem}"] if values else [],
        outputs=[*_of(OUTPUT, paths), *([page] if page else [])],
        metrics=_of(METRICS, paths),
    )


def _of(kind: str, paths: Mapping[Mark, str]) -> list[str]:
    return list(dict.fromkeys(path for mark, path in paths.items() if mark.kind == kind))


def _quoted(path: str) -> str:
    return path if "${" in path else shlex.quote(path)


def _of_command(text: str, script: Path, common: Sequence[str], notebook: Path) -> Definition:
    """Read a whole command of DVC's, as the tutorial's notebooks have it."""
    where = f"{notebook}: `:{COMMAND}:`"
    text = re.sub(r"\$\{?MLV_PY_CMD_PATH\}?", f"python {script.as_posix()}", text)
    text = re.sub(r"\$\{?MLV_PY_CMD_NAME\}?", script.name, text)
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise RetraceError(f"{where}: {error}") from error
    start = next((run for run in RUNS if words[: len(run)] == run), None)
    if start is None:
        raise RetraceError(f"{where}: got `{' '.join(words[:3])}`, should be `dvc run ... <command>`")
    del words[: len(start)]
    paths: dict[str, list[str]] = {}
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option in FLAGS:
            continue
        if option not in OPTIONS or not words:
            raise RetraceError(f"{where}: {option} is not read; allowed: {', '.join(OPTIONS)}")
        paths.setdefault(OPTIONS[option], []).append(path_from_root(words.pop(0)))
    if not words:
        raise RetraceError(f"{where} has no command to run")
    return Definition(
        command=" ".join(words),
        dependencies=sorted({*paths.get(INPUT, []), *common}),
        outputs=paths.get(OUTPUT, []),
        metrics=paths.get(METRICS, []),
    )
