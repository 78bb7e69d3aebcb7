"""`python -m retrace` is the `retrace` command."""

from retrace.tools.cli import app

app()
