"""A fitted model as one ONNX file, which runs without Python and without this repository."""

from retrace.core.errors import ModelError


class NotExportableError(ModelError):
    """A model that ONNX cannot say exactly; it is named with the reason, never approximated."""
