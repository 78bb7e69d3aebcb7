"""Stage 3: cache/clean.pkl -> cache/train.pkl, cache/validation.pkl, cache/test.pkl."""

import sys

from retrace import artifacts
from retrace.errors import run_or_explain
from retrace.params import load_params
from retrace.splitting import split_rows, split_warnings

PART_FILES = {
    "train": artifacts.TRAIN,
    "validation": artifacts.VALIDATION,
    "test": artifacts.TEST,
}


def main() -> None:
    """Divide the rows into the part that trains, the part that chooses and the part that judges."""
    params = load_params()
    dataset = artifacts.load(artifacts.CLEAN)
    for warning in split_warnings(dataset, params.split):
        print(f"warning: {warning}", file=sys.stderr)
    parts = split_rows(dataset, params.split)
    for part, rows in parts.items():
        artifacts.save(dataset.take(rows), PART_FILES[part])
    print("split:", ", ".join(f"{len(rows)} {part}" for part, rows in parts.items()))


if __name__ == "__main__":
    run_or_explain(main)
