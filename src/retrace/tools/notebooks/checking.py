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

    found = differences()
    if len(found) == 1:
        raise RetraceError(found[0])
    if found:
        raise RetraceError(f"{len(found)} scripts are not what their notebooks make", details=found)
