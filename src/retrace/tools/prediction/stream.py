"""An input of any length through a model: chunks in, answers out in the same order, few in memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import joblib
import pandas as pd

from retrace.core.errors import DataError
from retrace.tools.prediction.inputs import Chunk, Problem, Read, files, tables
from retrace.tools.prediction.predictor import Predictor, load_predictor, named
from retrace.tools.prediction.source import Source

NAMED, MOST_KEPT = 10, 1000  # problems in an error; in what is told at the end

READERS: dict[str, Callable[[Chunk, Predictor], Read]] = {
    "table": tables.read_table,
    "image": files.read_images,
    "text": files.read_texts,
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the model says of a chunk: ``id``, ``predicted`` and a probability for each class."""

    table: pd.DataFrame
    read: Read


@dataclass(kw_only=True)
class Summary:
    """What is known of an input and its answers when all of it went through."""

    rows: int = 0
    n_skipped: int = 0
    skipped: list[Problem] = field(default_factory=list)
    unseen: dict[str, dict[str, int]] = field(default_factory=dict)
    extra: tuple[str, ...] = ()

    def add(self, answer: Answer) -> None:
        """Count a chunk; of rows that were skipped only the first are kept by name."""
        self.rows += len(answer.table)
        self.n_skipped += len(answer.read.problems)
        self.skipped += answer.read.problems[: MOST_KEPT - len(self.skipped)]
        for column, values in answer.read.unseen.items():
            kept = self.unseen.setdefault(column, {})
            for value, count in values.items():
                if value in kept or len(kept) < MOST_KEPT:
                    kept[value] = kept.get(value, 0) + count


def answers(
    source: Source, where: str, summary: Summary, *, skip: bool, jobs: int, spool: Path
) -> Iterator[pd.DataFrame]:
    """Yield a table of answers for each chunk of an input.

    Parameters
    ----------
    where : str
        A file, a folder, or ``-``.
    summary : Summary
        Is filled on the way.
    skip : bool
        Whether rows that cannot be read are left out; else the first ones end it.
    jobs : int
        So many processes; they change no result.
    spool : Path
        A folder for what has to lie in a file.

    Raises
    ------
    RetraceError
        The input has not what the model takes, or rows cannot be read and ``skip`` is false.
    """
    kind, chunks = chunks_of(load_predictor(source), where, skip=skip, spool=spool)
    for answer in _in_order(partial(answer_chunk, source, kind), _noted(chunks, summary), jobs):
        if answer.read.problems and not skip:
            raise DataError(refusal(where, answer.read.problems), details=listed(answer.read.problems))
        summary.add(answer)
        yield answer.table
    if not summary.rows + summary.n_skipped:
        raise DataError(f"{where} has no rows")


def chunks_of(
    predictor: Predictor, where: str, *, skip: bool, spool: Path
) -> tuple[str, Iterator[Chunk]]:
    """Return which of `READERS` takes an input, and its chunks; see `answers`."""
    if tables.is_table(where, predictor):
        return "table", tables.table_chunks(where, predictor, skip=skip)
    if predictor.kind == "tabular":
        raise DataError(
            f"{where} is no table: the model takes a .csv, .tsv or .parquet file, or CSV as -"
        )
    return predictor.kind, files.file_chunks(where, spool)


def answer_chunk(source: Source, kind: str, chunk: Chunk) -> Answer:
    """Read a chunk and ask the model, in whichever process this runs."""
    predictor = load_predictor(source)
    read = READERS[kind](chunk, predictor)
    if not len(read.ids):
        return Answer(table=pd.DataFrame(columns=["id", "predicted"]), read=_without_rows(read))
    table = named(predictor.answer(read.X), predictor.signature.classes)
    table.insert(0, "id", read.ids)
    return Answer(table=table, read=_without_rows(read))


def _without_rows(read: Read) -> Read:
    return Read(ids=(), X=(), problems=read.problems, unseen=read.unseen)


def _noted(chunks: Iterator[Chunk], summary: Summary) -> Iterator[Chunk]:
    for chunk in chunks:
        summary.extra = summary.extra or chunk.extra
        yield chunk


def _in_order(
    function: Callable[[Chunk], Answer], chunks: Iterator[Chunk], jobs: int
) -> Iterator[Answer]:
    if jobs == 1:
        yield from map(function, chunks)
        return
    pool: Any = joblib.Parallel(
        n_jobs=jobs, return_as="generator", batch_size=1, pre_dispatch="2 * n_jobs"
    )
    yield from pool(joblib.delayed(function)(chunk) for chunk in chunks)


def refusal(where: str, problems: list[Problem], *, can_skip: bool = True) -> str:
    """Say that rows cannot be read, and how to go on."""
    rows = "a row" if len(problems) == 1 else f"{len(problems)} rows"
    skip = ", or leave such rows out with --on-error skip" if can_skip else ""
    return f"{where} has {rows} that the model cannot take: mend what is named below{skip}"


def listed(problems: list[Problem]) -> list[str]:
    """Name the first rows that cannot be read."""
    rest = len(problems) - NAMED
    return [f"{row}: {why}" for row, why in problems[:NAMED]] + (
        [f"and {rest} more"] if rest > 0 else []
    )
