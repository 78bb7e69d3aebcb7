"""Stage 1: data/<name> -> cache/raw.pkl."""

import sys

from retrace.core import artifacts
from retrace.core.errors import run_or_explain
from retrace.core.params import load_params
from retrace.evaluation.metrics import check_metric
from retrace.readers import describe, read


def main() -> None:
    """Read the dataset that params.yaml names."""
    params = load_params()
    # `report` alone needs the metric, and would refuse it only after a training.
    check_metric(params, describe(params.data).task)
    dataset = read(params.data)
    artifacts.save(dataset, artifacts.RAW)
    for note in dataset.notes:
        print(f"note: {note}", file=sys.stderr)
    predicted = f"{len(dataset.classes)} classes" if dataset.classes else "a number to predict"
    print(f"read_data: {dataset.name}, {len(dataset)} rows, {predicted}")


if __name__ == "__main__":
    run_or_explain(main)
