"""The process that serves: it stops when all that was asked is answered."""

import logging
import socket
from pathlib import Path

import typer
import uvicorn

from retrace.core.errors import RetraceError
from retrace.tools.serving import Settings
from retrace.tools.serving.application import make_application, quiet_access_log
from retrace.tools.serving.model import Holder

LAST_ANSWERS = 30  # seconds that those who wait get after SIGTERM


def run(
    name: str | None, onnx: Path | None, settings: Settings, *, host: str, port: int, reload_every: float
) -> None:
    """Serve a model until SIGINT or SIGTERM.

    Raises
    ------
    RetraceError
        There is no such model, or the port is taken.
    """
    holder = Holder(name, onnx)
    application = make_application(holder, settings, reload_every=reload_every)
    config = uvicorn.Config(
        application,
        log_config=quiet_access_log(),
        access_log=False,
        timeout_graceful_shutdown=LAST_ANSWERS,
        server_header=False,
    )
    listener = _listen(host, port)
    where = f"http://{'[' + host + ']' if ':' in host else host}:{listener.getsockname()[1]}"
    source = holder.served.source
    for note in source.notes:
        typer.echo(f"note: {note}", err=True)
    typer.echo(f"{where} answers for '{source.name}' ({source.md5[:8]}); Ctrl-C stops it")
    logging.getLogger("uvicorn").setLevel(logging.INFO)
    uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # who asks before all is ready waits
    except OSError as error:
        listener.close()
        raise RetraceError(
            f"{host}:{port} cannot be used ({error.strerror}): choose another with --port"
        ) from error
    return listener
