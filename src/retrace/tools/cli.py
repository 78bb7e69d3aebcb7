"""The ``retrace`` command: one line a file of commands, in the order of its help."""

import io
import os
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from inspect import getdoc
from typing import Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from retrace.core.errors import RetraceError, did_you_mean, run_or_explain

# To lose a tool, delete its lines here, its folder, its tests and its page in docs/ (docs/map.md).
COMMANDS = {
    "project.commands": ["new", "update"],
    "running.repro": ["repro"],
    "running.verify": ["verify"],
    "running.check": ["check"],
    "running.merge_lock": ["merge-lock"],
    "running.queue": ["queue"],
    "running.doctor": ["doctor"],
    "dependencies.commands": ["deps"],
    "notebooks.commands": ["stage"],
    "comparison.commands": ["compare", "seeds"],
    "comparison.accounts": ["test"],
    "comparison.planning": ["plan"],
    "comparison.ranking": ["rank"],
    "curves.commands": ["curve"],
    "pull_request.commands": ["comment"],
    "sharing.commands": ["remote", "push", "pull"],
    "dashboard.commands": ["dashboard"],
    "search.commands": ["search"],
    "prediction.commands": ["predict"],
    "export.commands": ["export"],
    "registry.commands": ["models", "promote"],
    "serving.commands": ["serve"],
    "release.commands": ["release"],
    "monitoring.commands": ["drift", "score"],
    "tracking.commands": ["mlflow"],
    "submission.commands": ["submit"],
    "kubeflow.commands": ["kfp"],
}

FILES = {command: file for file, commands in COMMANDS.items() for command in commands}

# What follows commands by itself, however they end, where a variable asks for it.
FOLLOWS: dict[str, tuple[str, set[str]]] = {
    "tracking.following": ("MLFLOW_TRACKING_URI", {"repro", "queue", "seeds", "search", "submit"}),
}

# What a command asks of other tools, besides what it asks itself.
CHECKS: dict[str, tuple[str, str]] = {
    "export.checking": ("check_export", "promote"),
    "notebooks.checking": ("check_notebooks", "check"),
}

# `retrace repro` hands on what it does not know: the options of `dvc repro`.
HANDS_ON = {"repro": {"allow_extra_args": True, "ignore_unknown_options": True}}

# Of typer, whose own name for it is private: a command or an option that is not as it should be.
UsageError: Any = typer.BadParameter.__mro__[1]


class Commands(TyperGroup):
    """The commands; wrong options end in one line, as all other mistakes do."""

    def list_commands(self, context: Any) -> list[str]:
        """Return their names."""
        return list(FILES)

    def get_command(self, context: Any, name: str) -> TyperCommand:
        """Return what the help tells of a command; the options of them all would take longest."""
        return TyperCommand(name, help=getdoc(_function(name)))

    def resolve_command(self, context: Any, given: list[str]) -> tuple[Any, Any, list[str]]:
        """Return the command that was called, with its options, and what follows its name."""
        name, *rest = given
        if name not in FILES:
            context.fail(f"{name} is no command{did_you_mean(name, FILES)}")
        alone = typer.Typer(add_completion=False)
        alone.command(name, context_settings=HANDS_ON.get(name))(_function(name))
        return name, typer.main.get_command(alone), rest

    def main(self, *given: Any, **how: Any) -> NoReturn:
        """Run a command, and end the process."""
        try:
            status = super().main(*given, **(how | {"standalone_mode": False}))
        except UsageError as error:
            raise RetraceError(_explained(error)) from error
        except typer.Abort:
            sys.exit("interrupted")
        sys.exit(status or 0)


def _explained(error: Any) -> str:
    within = error.ctx is not None and error.ctx.parent is not None
    called = f"retrace {error.ctx.info_name}" if within else "retrace"
    said = (
        error.format_message().rstrip(".").replace("Value error, ", "").replace("Input should", "should")
    )
    wrong = getattr(error, "option_name", None)
    if wrong and error.ctx is not None:
        known = [name for option in error.ctx.command.params for name in option.opts]
        if wrong not in known:
            said = f"{wrong} is no option of `{called}`{did_you_mean(wrong, known)}"
    return f"{said}: `{called} --help` tells all"


cli = typer.Typer(cls=Commands, add_completion=False, pretty_exceptions_enable=False)


@cli.callback(invoke_without_command=True)
def retrace(context: typer.Context) -> None:
    """Make models that can be traced to their data, code, parameters and environment."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
    command = context.invoked_subcommand
    context.obj = [
        partial(_ask, file, name) for file, (name, asking) in CHECKS.items() if command == asking
    ]
    for file, (variable, commands) in FOLLOWS.items():
        if command in commands and os.environ.get(variable):
            follow = import_module(f"retrace.tools.{file}").follow
            context.call_on_close(partial(follow, command))


def _function(command: str) -> Callable[..., None]:
    module = import_module(f"retrace.tools.{FILES[command]}")
    function: Callable[..., None] = getattr(module, command.replace("-", "_"))
    return function


def _ask(file: str, name: str, *arguments: str) -> str | None:
    """Call a check of a tool, which is loaded only now."""
    check: Callable[..., str | None] = getattr(import_module(f"retrace.tools.{file}"), name)
    return check(*arguments)


def app() -> None:
    """Run the command; a user's mistake ends in one line."""
    # What a terminal cannot show, such as a tag's name in another encoding, is shown as its escape.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    run_or_explain(cli)
