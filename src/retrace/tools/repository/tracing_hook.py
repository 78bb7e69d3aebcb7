"""Notes each file that a process opens for reading; `tracing` lets Python run this at its start.

It imports nothing of retrace, whose files it would then note.
"""

import os
import sys


def install(notes: str) -> None:
    """Append the path of each file that is opened for reading to a file, one a line.

    Parameters
    ----------
    notes : str
        Written at once, since workers may end without a word.
    """
    target = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    seen: set[str] = set()

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event != "open" or len(arguments) < 3 or not isinstance(arguments[0], str | bytes):
            return
        flags = arguments[2]
        writes = isinstance(flags, int) and flags & os.O_ACCMODE != os.O_RDONLY
        path = os.path.abspath(os.fsdecode(arguments[0]))  # noqa: PTH100 - pathlib is not loaded yet
        if not writes and path not in seen:
            seen.add(path)
            os.write(target, f"{path}\n".encode("utf-8", "surrogateescape"))

    sys.addaudithook(note)


if "RETRACE_NOTES" in os.environ:
    install(os.environ["RETRACE_NOTES"])
