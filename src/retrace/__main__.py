"""`python -m retrace` is the `retrace` command."""

from retrace.commands import app

app()
