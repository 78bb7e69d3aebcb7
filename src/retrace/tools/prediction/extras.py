"""Packages of requirements-serve.txt: what is said where one is not there."""

from retrace.core.errors import ModelError

INSTALL = "pip install --no-deps -r requirements-serve.txt"


def lacking_extra(error: ImportError) -> ModelError:
    """Say which command brings a package that is not there."""
    return ModelError(f"{error.name or error} is not installed: run `{INSTALL}`")
