"""Write docs/statistics.md: how often the verdicts of `retrace compare` are wrong, by simulation.

    python benchmarks/significance.py [--replicates 2000] [--processes 1]

Every cell draws two models whose true difference is known (`simulation.py`), many times, and asks
`retrace.tools.significance` what the commands ask it: how often are two equally good models told apart,
how often does the 95 % interval hold the true difference, how often is a difference found? Beside that,
what the usual shortcuts would have said.
"""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from comparisons import RESAMPLES, TABLES, Cell
from ties import INTERVALS, TIES, intervals_cell, ties_cell

TABLES |= {"INTERVALS": (intervals_cell, INTERVALS), "TIES": (ties_cell, TIES)}

PAGE = Path("docs/statistics.md")
ALARMS, COVERAGE = 0.06, 0.93  # the marks


def main() -> None:
    """Simulate every cell, then write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    tables: dict[str, list[Cell]] = {}
    with ProcessPoolExecutor(options.processes) as pool:
        for name, (measure, cells) in TABLES.items():
            columns = zip(*cells, strict=True)
            tables[name] = []
            for cell in pool.map(partial(measure, replicates=options.replicates), *columns):
                tables[name].append(cell)
                print(
                    " ".join(
                        f"{value:.3f}" if isinstance(value, float) else f"{value}"
                        for value in cell.values()
                    ),
                    flush=True,
                )
    used = os.times()
    write_page(tables, options.replicates, (used.user + used.children_user) / 60)


def write_page(tables: dict[str, list[Cell]], replicates: int, minutes: float) -> None:
    """Put the figures into the template."""
    cells = [cell for table in tables.values() for cell in table]
    alarms, covered = (
        [value for cell in cells for name, value in cell.items() if name.startswith(mark) and value]
        for mark in ("alarms", "covered")
    )
    values = {name: _markdown(table) for name, table in tables.items()}
    values |= {
        "ALARMS": f"{sum(value <= ALARMS for value in alarms)} of {len(alarms)}",
        "WORST_ALARMS": _percent(max(alarms)),
        "COVERED": f"{sum(value >= COVERAGE for value in covered)} of {len(covered)}",
        "WORST_COVERED": _percent(min(covered)),
        "REPLICATES": f"{replicates:,}",
        "HALF": f"{replicates // 2:,}",
        "ERROR": f"{100 * np.sqrt(0.05 * 0.95 / replicates):.1f}",
        "HALF_ERROR": f"{100 * np.sqrt(0.05 * 0.95 / (replicates // 2)):.1f}",
        "MISSED": "; ".join(_missed(tables)) or "none",
        "RESAMPLES": f"{RESAMPLES}",
        "MINUTES": f"{minutes:.0f}",
        "DATE": f"{date.today()}",
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


def _missed(tables: dict[str, list[Cell]]) -> list[str]:
    """Name every cell that misses its mark."""
    return [
        f"{', '.join(f'{value}' for value in list(cell.values())[:3])}: {column} {_percent(value)}"
        for table in tables.values()
        for cell in table
        for column, value in cell.items()
        if _misses(column, value)
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


if __name__ == "__main__":
    main()
