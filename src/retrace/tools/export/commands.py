"""`retrace export`: the model as one ONNX file, tried on every row that it has not learned from."""

from pathlib import Path
from typing import Annotated

import typer


def export(
    output: Annotated[Path, typer.Option(help="The file to write.")] = Path("model.onnx"),
    model: Annotated[
        str | None,
        typer.Option(help="As of `retrace predict`.", show_default="the workspace's"),
    ] = None,
) -> None:
    """Write a model as ONNX: all steps in one file, which runs without Python and this repository.

    Both are asked about every validation and test row, one by one and together; of a table also with
    gaps and with categories that nobody has seen. If one answer differs nothing is written.

    \b
    retrace export
    retrace export --model prod --output digits.onnx
    """
    from retrace.tools.prediction.extras import lacking_extra

    try:
        from retrace.tools.export import exporting
    except ImportError as error:
        raise lacking_extra(error) from error
    from retrace.core.artifacts import save_bytes
    from retrace.tools.prediction.source import find_source

    made = exporting.export(find_source(model))
    save_bytes(made.content, output)
    typer.echo(f"{output}: {len(made.content) / 1e6:.2f} MB; {made.said}")
