"""What a docstring says of a stage: the fields of the tutorial's notebooks, and of scripts made of them.

``:param float C: what it is``, ``:dvc-in texts: data/texts.csv``, ``:dvc-out: model.bin``,
``:dvc-metrics scores: scores.json``, ``:dvc-extra: --C 0.1`` and ``:dvc-cmd: dvc run ...``, as MLV-tools
(https://github.com/peopledoc/mlvtools) has them; ``:dvc-metrics`` is ours.
"""

import ast
import inspect
import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

FIELD = re.compile(r"^:(?P<kind>[\w-]+)(?P<words>[^:\n]*):", re.MULTILINE)

INPUT, OUTPUT, METRICS, EXTRA, COMMAND = "dvc-in", "dvc-out", "dvc-metrics", "dvc-extra", "dvc-cmd"

KINDS = (INPUT, OUTPUT, METRICS, EXTRA, COMMAND, "param")


@dataclass(frozen=True)
class Mark:
    """One field: its kind, the words behind that, and its text, on one line."""

    kind: str
    words: tuple[str, ...]
    text: str

    @property
    def name(self) -> str:
        """The parameter that it is about; empty where it names none."""
        return self.words[-1] if self.words else ""


def marks_of(docstring: str) -> list[Mark]:
    """Return the fields of a docstring, in their order.

    Parameters
    ----------
    docstring : str
        A field goes on until the next line that begins with a colon.

    Returns
    -------
    list of Mark
        Those that say something of a stage.
    """
    text = inspect.cleandoc(docstring)
    fields = list(FIELD.finditer(text))
    ends = [*(each.start() for each in fields[1:]), len(text)][: len(fields)]
    return [
        Mark(each["kind"], tuple(each["words"].split()), " ".join(text[each.end() : end].split()))
        for each, end in zip(fields, ends, strict=True)
        if each["kind"] in KINDS
    ]


def options_of(words: Sequence[str]) -> dict[str, list[str]]:
    """Return the options of a command by their names as variables: ``{"min_df": ["2"]}``."""
    options: dict[str, list[str]] = {}
    values: list[str] = []
    for word in words:
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            values = options[name.replace("-", "_")] = [value] if equals else []
        else:
            values.append(word)
    return options


def marked_inputs(script: str, command: str) -> Iterator[str]:
    """Yield the paths that a script's docstring calls inputs, as a command names them.

    Parameters
    ----------
    script : str
        Python.
    command : str
        What starts it.
    """
    if f":{INPUT}" not in script:
        return
    docstring = None
    with suppress(SyntaxError, ValueError):
        docstring = ast.get_docstring(ast.parse(script))
    options: dict[str, list[str]] = {}
    with suppress(ValueError):
        options = options_of(shlex.split(command))
    for mark in marks_of(docstring or ""):
        if mark.kind == INPUT:
            yield from options.get(mark.name, [])[:1] if mark.name else [mark.text]
