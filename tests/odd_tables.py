"""Small tables in which something is as people bring it."""

import pyarrow as pa

N = 60
LABELS = ["yes", "no"] * (N // 2)
NUMBERS = [f"{20 + i * 0.37:.2f}" for i in range(N)]


def with_cells(cells, rows=(4, 17, 30)):
    """Return numbers as texts, some of which are something else."""
    column = list(NUMBERS)
    for row, cell in zip(rows, cells * len(rows), strict=False):
        column[row] = cell
    return {"x": column, "label": LABELS}


def of_cells(cells):
    """Return a column that repeats these cells, beside one of numbers."""
    return {"x": [cells[i % len(cells)] for i in range(N)], "z": NUMBERS, "label": LABELS}


def csv_of(header, row, end="\n"):
    """Write a CSV of which each line is what ``row`` makes of its number."""
    return end.join([header, *map(row, range(N)), ""])


def arrow(**columns):
    return pa.table({**columns, "label": LABELS})


def note_of(dataset):
    return " ".join(dataset.notes)
