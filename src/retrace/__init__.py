"""What the stage scripts share: data in, value out."""

import sys
from types import TracebackType

from retrace.core.instructions import pin_instructions

# Work at import time, here alone: every process passes these lines, and NumPy's import is too late.
pin_instructions()


def _without_traceback(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write("interrupted\n")
    else:
        sys.__excepthook__(kind, error, trace)


# Ctrl-C during the seconds of further imports, before any command or stage could answer it.
if sys.excepthook is sys.__excepthook__:
    sys.excepthook = _without_traceback
