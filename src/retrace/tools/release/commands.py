"""`retrace release`: the model, its card and all that another needs to use it, in one folder."""

from pathlib import Path
from typing import Annotated

import typer


def release(
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    model: Annotated[
        str | None, typer.Option(help="As of `retrace predict`.", show_default="the workspace's")
    ] = None,
    archive: Annotated[bool, typer.Option("--zip", help="Pack it as FOLDER.zip too.")] = False,
) -> None:
    """Write a model for others: joblib and ONNX, a model card, schema, example, requirements, hashes.

    The ONNX file is tried as by `retrace export`; a model that cannot be exported is released without
    it, and the card says why.

    \b
    retrace release wine-v1.2.0 --model v1.2.0 --zip
    """
    from retrace.tools.prediction.extras import lacking_extra
    from retrace.tools.prediction.source import find_source

    try:
        from retrace.tools.release import contents
    except ImportError as error:
        raise lacking_extra(error) from error
    contents.check_folder(folder)
    files = contents.files_of(find_source(model))
    contents.write_folder(folder, files)
    typer.echo(f"{folder}: {', '.join(sorted(files))}")
    if archive:
        packed = contents.write_archive(folder, files)
        typer.echo(f"{packed}: the same, packed")
