"""Answers out: CSV, Parquet or JSON lines by the name of the file, and what they came from."""

import json
import platform
from collections.abc import Callable, Iterable
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import IO

import pandas as pd

from retrace.core.artifacts import file_md5, save_json, write_whole
from retrace.core.errors import RetraceError, did_you_mean
from retrace.tools.prediction.source import Source
from retrace.tools.prediction.stream import Summary

Tables = Iterable[pd.DataFrame]


def check_name(output: Path) -> None:
    """Refuse a file whose name tells no format, before anything is computed."""
    if output.suffix.lower() not in WRITERS:
        raise RetraceError(
            f"--output: got '{output}'{did_you_mean(output.suffix, WRITERS)}; allowed: a name that ends"
            f" in {', '.join(WRITERS)}"
        )


def write_answers(output: Path, tables: Tables) -> None:
    """Write answers as they come; the file is there when it is whole."""
    write_whole(output, lambda file: WRITERS[output.suffix.lower()](file, tables))


def csv_lines(tables: Tables) -> Iterable[str]:
    """Write each table as CSV, the first with a header; numbers keep all their digits."""
    header = True
    for table in tables:
        if len(table):
            yield table.to_csv(index=False, lineterminator="\n", header=header)
            header = False


def write_provenance(output: Path, where: str, source: Source, summary: Summary) -> Path:
    """Write beside an output which model said it, of what, and which rows it did not see."""
    beside = output.with_name(f"{output.name}.made_from.json")
    save_json(
        {
            "output": {"md5": file_md5(output), "rows": summary.rows},
            "input": {"name": where} | ({"md5": file_md5(Path(where))} if Path(where).is_file() else {}),
            "model": {
                "name": source.name,
                "md5": source.md5,
                "commit": source.commit,
                "dvc.lock": source.lock,
                "data": source.data,
            },
            "skipped": {
                "rows": summary.n_skipped,
                "first": [list(problem) for problem in summary.skipped],
            },
            "unseen_values": summary.unseen,
            "ignored_columns": list(summary.extra),
            "notes": list(source.notes),
            "versions": _versions(),
        },
        beside,
    )
    return beside


def _versions() -> dict[str, str]:
    packages = ("numpy", "pandas", "scikit-learn")
    return {"python": platform.python_version()} | {name: version(name) for name in packages}


def _write_csv(file: IO[bytes], tables: Tables) -> None:
    for lines in csv_lines(tables):
        file.write(lines.encode("utf-8"))


def _write_json_lines(file: IO[bytes], tables: Tables) -> None:
    for table in tables:
        # Not `DataFrame.to_json`: it cuts numbers off at 15 digits.
        for row in table.to_dict(orient="records"):
            file.write(json.dumps(row, ensure_ascii=False, default=str).encode("utf-8") + b"\n")


def _write_parquet(file: IO[bytes], tables: Tables) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    filled = (table for table in tables if len(table))
    if (first := next(filled, None)) is None:
        return
    schema = pa.Schema.from_pandas(first, preserve_index=False)
    with pq.ParquetWriter(file, schema) as writer:
        for table in chain([first], filled):
            writer.write_table(pa.Table.from_pandas(table, schema=schema, preserve_index=False))


WRITERS: dict[str, Callable[[IO[bytes], Tables], None]] = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
    ".jsonl": _write_json_lines,
}
