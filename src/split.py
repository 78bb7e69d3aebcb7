"""Stage 3: cache/clean.pkl -> cache/{train,validation,test}.pkl, cache/data_checks.json."""

import dataclasses
import sys

from retrace.core import artifacts
from retrace.core.errors import run_or_explain
from retrace.core.instructions import require_instructions
from retrace.core.params import load_params
from retrace.splitting.checks import check_data
from retrace.splitting.methods import split_rows
from retrace.splitting.warnings import split_warnings

PART_FILES = {
    "train": artifacts.TRAIN,
    "validation": artifacts.VALIDATION,
    "test": artifacts.TEST,
}


def main() -> None:
    """Divide the rows into the part that trains, the part that chooses and the part that judges."""
    params = load_params()
    require_instructions(params.train.instructions)
    dataset = artifacts.load(artifacts.CLEAN)
    parts = split_rows(dataset, params.split)
    findings = check_data(dataset, parts, params.split.seed)
    findings = dataclasses.replace(
        findings, warnings=(*split_warnings(dataset, params.split, parts), *findings.warnings)
    )
    for warning in findings.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    for part, rows in parts.items():
        artifacts.save(dataset.take(rows), PART_FILES[part])
    artifacts.save_json(dataclasses.asdict(findings), artifacts.DATA_CHECKS)
    print("split:", ", ".join(f"{len(rows)} {part}" for part, rows in parts.items()))


if __name__ == "__main__":
    run_or_explain(main)
