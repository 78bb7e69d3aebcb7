"""What `retrace check` asks of notebooks."""

from retrace.core.errors import RetraceError


def check_notebooks() -> None:
    """Fail where a script is not what its notebook makes.

    Raises
    ------
    RetraceError
        With a line for each script.
    """
    from retrace.tools.notebooks.making import differences

    stale = differences()
    if len(stale) == 1:
        raise RetraceError(stale[0])
    if stale:
        raise RetraceError(f"{len(stale)} scripts are not what their notebooks make", details=stale)
