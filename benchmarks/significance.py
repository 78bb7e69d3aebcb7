"""Write docs/statistics.md: how often the verdicts of `retrace compare` are wrong, by simulation.

    python benchmarks/significance.py [TABLE ...] [--page] [--replicates 2000] [--processes 1]

Every cell draws two models whose true difference is known (`simulation.py`), many times, and asks
`retrace.tools.significance` what the commands ask it: how often are two equally good models told apart,
how often does the 95 % interval hold the true difference, how often is a difference found? Beside that,
what the usual shortcuts would have said.

What was measured is kept in statistics.json, table by table, with its date and its replicates, so that
one table can be measured again without the others: each says on the page when it was made, and how.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from across import ACROSS, across_cell
from comparisons import RESAMPLES, TABLES, Cell
from looks import LOOKS, looks_cell
from shapes import REGRESSION, regression_cell
from ties import INTERVALS, TIES, intervals_cell, ties_cell

TABLES |= {
    "INTERVALS": (intervals_cell, INTERVALS),
    "TIES": (ties_cell, TIES),
    "LOOKS": (looks_cell, LOOKS),
    "ACROSS": (across_cell, ACROSS),
    "REGRESSION": (regression_cell, REGRESSION),
}

PAGE = Path("docs/statistics.md")
MEASURED = Path(__file__).with_name("statistics.json")
ALARMS, COVERAGE = 0.06, 0.93  # the marks

Table = dict[str, Any]


def main() -> None:
    """Simulate the cells of some tables or of all, then write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"of {', '.join(TABLES)}; else all")
    parser.add_argument("--page", action="store_true", help="measure nothing, write the page alone")
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    if unknown := [name for name in options.tables if name not in TABLES]:
        parser.error(f"no table is called {', '.join(unknown)}; there are {', '.join(TABLES)}")
    measured: dict[str, Table] = json.loads(MEASURED.read_text()) if MEASURED.exists() else {}
    with ProcessPoolExecutor(options.processes) as pool:
        for name in [] if options.page else options.tables or TABLES:
            measured[name] = _measure(name, options.replicates, pool)
            # After each table, so that what is interrupted keeps what it has.
            MEASURED.write_text(f"{json.dumps(measured, indent=1, ensure_ascii=False)}\n")
    write_page(measured)


def _measure(name: str, replicates: int, pool: ProcessPoolExecutor) -> Table:
    measure, cells = TABLES[name]
    found, minutes = [], 0.0
    for cell, spent in pool.map(partial(_timed, measure, replicates), cells):
        found.append(cell)
        minutes += spent / 60
        shown = (f"{value:.3f}" if isinstance(value, float) else f"{value}" for value in cell.values())
        print(*shown, flush=True)
    made = f'on {date.today()} by `make statistics ARGS="{name} --replicates {replicates}"`'
    return {"made": f"{made}, {RESAMPLES} resamples, {minutes:.1f} minutes of one core", "cells": found}


def _timed(measure: Callable[..., Cell], replicates: int, cell: Sequence[Any]) -> tuple[Cell, float]:
    start = time.process_time()
    return measure(*cell, replicates=replicates), time.process_time() - start


def write_page(measured: dict[str, Table]) -> None:
    """Put the figures into the template."""
    tables = {name: measured[name]["cells"] for name in TABLES if name in measured}
    cells = [cell for table in tables.values() for cell in table]
    alarms, covered = (
        [value for cell in cells for name, value in cell.items() if _is_figure(name, value, mark)]
        for mark in ("alarms", "covered")
    )
    values = {
        name: f"{_markdown(table)}\n\nMade {measured[name]['made']}." for name, table in tables.items()
    }
    values |= {
        "ALARMS": f"{sum(value <= ALARMS for value in alarms)} of {len(alarms)}",
        "WORST_ALARMS": _percent(max(alarms)),
        "COVERED": f"{sum(value >= COVERAGE for value in covered)} of {len(covered)}",
        "WORST_COVERED": _percent(min(covered)),
        "ERROR": f"{100 * np.sqrt(0.05 * 0.95 / 2000):.1f}",
        "HALF_ERROR": f"{100 * np.sqrt(0.05 * 0.95 / 1000):.1f}",
        "MISSED": "; ".join(_missed(tables)) or "none",
    } | _shortcut_figures(tables)
    text = PAGE.with_suffix(".md.in").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    PAGE.write_text(text)


def _shortcut_figures(tables: dict[str, list[Cell]]) -> dict[str, str]:
    named = {
        "CONTRADICTS": ("ROWS", "percentile: contradicts the test"),
        "PERCENTILE_ALARMS": ("ROWS", "percentile: alarms"),
        "ROW_BY_ROW": ("GROUPS", "row by row: alarms"),
        "T_TEST": ("SEEDS", "t-test over seeds: alarms"),
        "POOLED": ("SEEDS", "pooled rows: alarms"),
        "DRAWN": ("SEEDS", "seeds and rows drawn, percentile: alarms"),
        "PAIRED": ("SPLITS", "paired t-test: alarms"),
    }
    return {
        name: _percent(max(cell[column] or 0 for cell in tables[table]))
        for name, (table, column) in named.items()
    }


def _markdown(cells: list[Cell]) -> str:
    lines = [f"| {' | '.join(cells[0])} |", f"|{' --- |' * len(cells[0])}"]
    lines += [f"| {' | '.join(_shown(*item) for item in cell.items())} |" for cell in cells]
    return "\n".join(lines)


def _shown(column: str, value: Any) -> str:
    if value is None:
        return ""
    if column == "difference":
        return f"{value:+.3f}"
    if not isinstance(value, float):
        return f"{value}"
    return f"**{_percent(value)}**" if _misses(column, value) else _percent(value)


def _misses(column: str, value: Any) -> bool:
    if column.startswith("alarms"):
        return value > ALARMS
    return column.startswith("covered") and value < COVERAGE


def _is_figure(column: str, value: Any, mark: str) -> bool:
    return column.startswith(mark) and value is not None


def _missed(tables: dict[str, list[Cell]]) -> list[str]:
    """Name every cell that misses its mark."""
    return [
        f"{', '.join(f'{each}' for each in cell.values() if not isinstance(each, float))}: {column}"
        f" {_percent(value)}"
        for table in tables.values()
        for cell in table
        for column, value in cell.items()
        if _misses(column, value)
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


if __name__ == "__main__":
    main()
