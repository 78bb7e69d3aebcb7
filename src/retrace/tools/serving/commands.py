"""`retrace serve`: the model behind HTTP."""

from pathlib import Path
from typing import Annotated

import typer

from retrace.core.errors import RetraceError


def serve(
    model: Annotated[
        str | None,
        typer.Option(
            help="As of `retrace predict`; a stage is watched.", show_default="the workspace's"
        ),
    ] = None,
    onnx: Annotated[
        Path | None, typer.Option(help="The same model from `retrace export`: it answers faster.")
    ] = None,
    host: Annotated[str, typer.Option(help="Where to listen; others need tokens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8000,
    tokens: Annotated[
        Path | None, typer.Option(help="A file of tokens, a line each: one must come with a request.")
    ] = None,
    reload_every: Annotated[
        float, typer.Option(min=0, help="Seconds between looks for another model; 0: never.")
    ] = 10,
    rate: Annotated[float, typer.Option(min=0, help="Requests a second of a client; 0: any.")] = 0,
    max_megabytes: Annotated[float, typer.Option(min=0.001, help="Of a request.")] = 16,
    max_rows: Annotated[int, typer.Option(min=1, help="Of a request.")] = 10_000,
    batch: Annotated[int, typer.Option(min=1, help="So many requests are answered at once.")] = 256,
    keep: Annotated[
        Path | None, typer.Option(help="Append the rows that were asked about to this CSV.")
    ] = None,
) -> None:
    """Answer over HTTP what `retrace predict` answers: /predict, /version, /metrics, and a page at /.

    \b
    retrace serve                        http://127.0.0.1:8000, this computer alone
    retrace serve --model prod           what is promoted takes its place while it runs
    retrace serve --host 0.0.0.0 --tokens tokens.txt
    """
    from retrace.tools.prediction.extras import lacking_extra

    try:
        from retrace.tools.serving import Settings, running
    except ImportError as error:
        raise lacking_extra(error) from error
    settings = Settings(
        megabytes=max_megabytes,
        rows=max_rows,
        rate=rate,
        batch_rows=batch,
        tokens=_tokens(tokens, host),
        keep=keep,
    )
    running.run(model, onnx, settings, host=host, port=port, reload_every=reload_every)


def _tokens(path: Path | None, host: str) -> frozenset[str]:
    if path is None:
        if host not in ("127.0.0.1", "localhost", "::1"):
            raise RetraceError(
                f"--host {host}: others could ask: give --tokens FILE, or stay on 127.0.0.1 behind a"
                " server that asks who they are"
            )
        return frozenset()
    try:
        tokens = frozenset(line.strip() for line in path.read_text().splitlines() if line.strip())
    except OSError as error:
        raise RetraceError(f"--tokens: {path} cannot be read: {error.strerror}") from error
    if not tokens:
        raise RetraceError(f"--tokens: {path} holds no token: write one a line")
    return tokens
