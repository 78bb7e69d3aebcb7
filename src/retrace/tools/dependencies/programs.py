"""A stage's command in, the programs of the project that it starts out."""

import configparser
import functools
import json
import os
import re
import shlex
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from retrace.tools.dependencies.modules import modules_in

PYTHON = re.compile(r"(python|pypy)[\d.]*(\.exe)?$")

ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)

# Of the options of Python itself, those whose value is a word of its own.
WITH_VALUE = {"-W", "-X", "--check-hash-based-pycs"}

# A script that starts others is read as one command more, but not without end.
DEEPEST = 3

OTHER_SCRIPTS = {".R", ".r", ".jl", ".pl", ".rb", ".js", ".do", ".sql"}


@dataclass(frozen=True, kw_only=True)
class Program:
    """What a command starts.

    Attributes
    ----------
    files : tuple of Path
        What it runs: a script, or a module and the packages around it.
    code : str
        Python that is in no file: of ``python -c``, and the cells of a notebook.
    paths : tuple of Path
        Where its imports are looked for first.
    """

    files: tuple[Path, ...]
    code: str = ""
    paths: tuple[Path, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Shell:
    """Where a command runs: its folder, and the folders of its PYTHONPATH."""

    root: Path
    folder: Path
    paths: tuple[Path, ...] = ()
    depth: int = field(default=0, compare=False)


def programs(command: str, shell: Shell) -> list[Program]:
    """Return the programs of a project that a shell command starts.

    Parameters
    ----------
    command : str
        As dvc.yaml has it, its templates filled in.
    shell : Shell
        Where the command runs.

    Returns
    -------
    list of Program
        Of Python, scripts of the shell and of other languages, notebooks; empty where it starts none.
    """
    started = []
    for words in _simple_commands(command):
        shell, words = _prepared(words, shell)
        started += _programs_of(words, shell) if words else []
    return started


def _simple_commands(command: str) -> Iterator[list[str]]:
    for line in command.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="();<>|&")
        lexer.whitespace_split = True
        words: list[str] = []
        try:
            tokens = list(lexer)
        except ValueError:  # a quote that ends on another line
            tokens = line.split()
        for token in tokens:
            if token and set(token) <= set("();|&"):
                yield words
                words = []
            else:
                words.append(token)
        yield words


def _prepared(words: list[str], shell: Shell) -> tuple[Shell, list[str]]:
    """Take what a command says of its folder and variables, and return what is left of it."""
    if words[:1] == ["cd"]:
        return replace(shell, folder=plain(shell.folder.joinpath(*words[1:2]))), []
    words = words[1:] if words[:1] == ["export"] else words
    while words and (assigned := ASSIGNMENT.fullmatch(words[0])):
        if assigned[1] == "PYTHONPATH":
            places = [shell.folder / each for each in assigned[2].split(":") if "$" not in each]
            shell = replace(shell, paths=(*places, *shell.paths))
        words = words[1:]
    return shell, words


def _programs_of(words: list[str], shell: Shell) -> list[Program]:
    """Find the program in a command; what stands before it, such as `poetry run`, starts it."""
    for position, word in enumerate(words):
        rest = words[position + 1 :]
        if PYTHON.match(Path(word).name):
            return _python(rest, shell)
        path = plain(shell.folder / word)
        if path.suffix in _OPENED and path.is_file():
            return _OPENED[path.suffix](path, shell)
        if module := _console_scripts(shell.root).get(word):
            return _module(module, rest, shell)
    return []


def _python(words: Sequence[str], shell: Shell) -> list[Program]:
    words = list(words)
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option in WITH_VALUE:
            words = words[1:]
        elif option == "-c" and words:
            return [Program(files=(), code=words[0], paths=(shell.folder, *shell.paths))]
        elif option == "-m" and words:
            return _module(words[0], words[1:], shell)
    path = plain(shell.folder / words[0]) if words else shell.folder
    return _script(path, shell) if path.is_file() else []


def _module(name: str, rest: list[str], shell: Shell) -> list[Program]:
    parts = name.split(".")
    for place in (shell.folder, *shell.paths, shell.root, shell.root / "src"):
        files = modules_in(place, parts)
        if files and files[-1].name == "__init__.py":
            files = (*files, *modules_in(place, [*parts, "__main__"])[len(files) :])
        if files:
            return [Program(files=files, paths=(place, *shell.paths))]
    # A module of a library that starts what follows, such as `torch.distributed.run`.
    return _programs_of(rest, shell)


def _script(path: Path, shell: Shell) -> list[Program]:
    return [Program(files=(path,), paths=(path.parent, *shell.paths, shell.folder))]


def plain(path: Path) -> Path:
    """Return a path without `..` in it, whether it is there or not."""
    return Path(os.path.normpath(path))


def _shell_script(path: Path, shell: Shell) -> list[Program]:
    started = [Program(files=(path,))]
    if shell.depth < DEEPEST:
        text = path.read_text(encoding="utf-8", errors="replace")
        started += programs(text, replace(shell, depth=shell.depth + 1))
    return started


def _notebook(path: Path, shell: Shell) -> list[Program]:
    return [Program(files=(path,), code=cells_of(path), paths=(path.parent, shell.folder))]


def _other(path: Path, shell: Shell) -> list[Program]:
    return [Program(files=(path,))]


_OPENED = {
    ".py": _script,
    ".sh": _shell_script,
    ".bash": _shell_script,
    ".ipynb": _notebook,
    **dict.fromkeys(OTHER_SCRIPTS, _other),
}


def cells_of(path: Path) -> str:
    """Return the Python of a notebook's cells, without what only a notebook understands."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        return ""
    lines = "\n".join(code).splitlines()
    return "\n".join("" if line.lstrip()[:1] in {"%", "!", "?"} else line for line in lines)


@functools.cache
def _console_scripts(root: Path) -> dict[str, str]:
    """Return the module of each command that installing the project brings."""
    scripts: dict[str, str] = {}
    with suppress(OSError, ValueError):
        declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        poetry = declared.get("tool", {}).get("poetry", {}).get("scripts", {})
        scripts |= declared.get("project", {}).get("scripts", {}) | poetry
    with suppress(configparser.Error, UnicodeDecodeError):
        settings = configparser.ConfigParser()
        settings.read(root / "setup.cfg", encoding="utf-8")
        lines = settings.get("options.entry_points", "console_scripts", fallback="").split("\n")
        scripts |= {
            line.partition("=")[0].strip(): line.partition("=")[2] for line in lines if "=" in line
        }
    return {name: str(place).partition(":")[0].strip() for name, place in scripts.items()}
