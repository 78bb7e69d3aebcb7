"""Whether a model can be exported, as `retrace promote` asks where dvc.yaml says that it must."""

from retrace.core.errors import ModelError
from retrace.tools.prediction.extras import lacking_extra
from retrace.tools.prediction.source import find_source


def check_export(name: str) -> str:
    """Export a model as `retrace export` does, keep no file, and say how well it agrees.

    Parameters
    ----------
    name : str
        As of `retrace predict`.

    Raises
    ------
    RetraceError
        It cannot be exported, disagrees, or its rows are nowhere.
    """
    try:
        from retrace.tools.export.exporting import export
    except ImportError as error:
        raise lacking_extra(error) from error
    try:
        return export(find_source(name)).said
    except ModelError as error:  # its message speaks of the file, which nobody asked for here
        raise ModelError("; ".join([str(error), *error.details[:1]])) from error
