"""The ``retrace`` command: one file per subcommand, thin over the package's functions."""

import typer

from retrace.core.errors import run_or_explain
from retrace.tools.comparison.commands import compare
from retrace.tools.comparison.seeds_command import seeds
from retrace.tools.dashboard.commands import dashboard
from retrace.tools.pull_request.commands import comment
from retrace.tools.running.check import check
from retrace.tools.running.doctor import doctor
from retrace.tools.running.queue import queue
from retrace.tools.running.repro import repro
from retrace.tools.running.verify import verify
from retrace.tools.search.commands import search
from retrace.tools.sharing.commands import pull
from retrace.tools.sharing.push import push
from retrace.tools.sharing.remote_command import remote

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
cli.command()(search)


def app() -> None:
    """Run the command; a user's mistake ends in one line."""
    run_or_explain(cli)
