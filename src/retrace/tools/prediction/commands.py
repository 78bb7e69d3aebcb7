"""`retrace predict`: what the model says of rows that nobody has labelled."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retrace.core.errors import first_few

if TYPE_CHECKING:
    import pandas as pd

    from retrace.tools.prediction.source import Source
    from retrace.tools.prediction.stream import Summary

NAMED = 10  # rows that were left out; the file beside the output has more


class OnError(StrEnum):
    """What happens where a row cannot be read."""

    STOP = "stop"
    SKIP = "skip"


def predict(
    where: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="A table, a folder of photos or texts, one file, or - (standard input).",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(help="A .csv, .parquet or .jsonl file.", show_default="CSV on standard output"),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="A version, stage, branch, tag, commit, experiment, or a .joblib file you trust.",
            show_default="the workspace's",
        ),
    ] = None,
    on_error: Annotated[
        OnError, typer.Option(help="Stop at rows that cannot be read, or leave them out and list them.")
    ] = OnError.STOP,
    jobs: Annotated[int, typer.Option(min=1, help="So many processes; the answers are the same.")] = 1,
) -> None:
    """Say what the model predicts for rows that nobody has labelled.

    A table needs the columns of the features; the target may be missing. It is read a chunk at a time,
    so it may be larger than memory. Beside --output, <output>.made_from.json says which model it was.

    \b
    retrace predict new.csv --output answers.csv
    retrace predict photos/ --model prod
    retrace predict big.parquet --output answers.parquet --jobs 4
    cat new.csv | retrace predict - --model v1.2.0 --on-error skip
    """
    import sys
    import tempfile

    from retrace.tools.prediction import outputs
    from retrace.tools.prediction.source import find_source
    from retrace.tools.prediction.stream import Summary, answers

    if output is not None:
        outputs.check_name(output)
    source, summary = find_source(model), Summary()
    with tempfile.TemporaryDirectory(prefix="retrace-") as spool:
        tables = answers(
            source, where, summary, skip=on_error is OnError.SKIP, jobs=jobs, spool=Path(spool)
        )
        if output is None:
            sys.stdout.writelines(outputs.csv_lines(tables))
        else:
            outputs.write_answers(output, _with_progress(tables))
            beside = outputs.write_provenance(output, where, source, summary)
            typer.echo(f"{summary.rows} rows: {output}, made from: {beside}")
    for note in _notes(source, summary):
        typer.echo(note, err=True)


def _with_progress(tables: "Iterator[pd.DataFrame]") -> "Iterator[pd.DataFrame]":
    from tqdm import tqdm

    with tqdm(unit="row", unit_scale=True, disable=None, leave=False) as bar:
        for table in tables:
            bar.update(len(table))
            yield table


def _notes(source: "Source", summary: "Summary") -> "Iterator[str]":
    """Say what a person should know of the answers, a line each."""
    yield from (f"note: {note}" for note in source.notes)
    if summary.extra:
        yield f"note: columns that the model does not know are ignored: {first_few(summary.extra)}"
    for column, values in summary.unseen.items():
        rows = sum(values.values())
        shown = first_few(list(values))
        yield f"note: {column} has values that no training row had, in {rows} rows: {shown}"
    if summary.n_skipped:
        left_out = "1 row was" if summary.n_skipped == 1 else f"{summary.n_skipped} rows were"
        yield f"note: {left_out} left out:"
        yield from (f"  {row}: {why}" for row, why in summary.skipped[:NAMED])
        if summary.n_skipped > NAMED:
            yield f"  and {summary.n_skipped - NAMED} more"
