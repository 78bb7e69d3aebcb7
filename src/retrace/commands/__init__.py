"""The ``retrace`` command: one file per subcommand, thin over the package's functions."""

import typer

from retrace.commands.check import check
from retrace.commands.comment import comment
from retrace.commands.compare import compare
from retrace.commands.dashboard import dashboard
from retrace.commands.doctor import doctor
from retrace.commands.pull import pull
from retrace.commands.push import push
from retrace.commands.queue import queue
from retrace.commands.remote import remote
from retrace.commands.repro import repro
from retrace.commands.seeds import seeds
from retrace.commands.verify import verify
from retrace.errors import run_or_explain

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@cli.callback()
def retrace() -> None:
    """Make models that can be traced to their data, code, parameters and environment."""


cli.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(repro)
cli.command()(verify)
cli.command()(compare)
cli.command()(comment)
cli.command()(seeds)
cli.command()(check)
cli.command()(queue)
cli.command()(remote)
cli.command()(push)
cli.command()(pull)
cli.command()(doctor)
cli.command()(dashboard)


def app() -> None:
    """Run the command; a user's mistake ends in one line."""
    run_or_explain(cli)
