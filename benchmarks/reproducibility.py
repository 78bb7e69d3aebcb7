"""Write docs/reproducibility.md and benchmarks/pairs.json: what each model is, by its bytes.

    python benchmarks/reproducibility.py [TITANIC_CSV]

Every model is made on every dataset that fits, in processes of their own under different values of
PYTHONHASHSEED, and the bytes of models and predictions are compared; then, where qemu-user is installed,
the smaller ones once more on emulated processors of Intel and of AMD.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from retrace.core.errors import RetraceError, run_or_explain
from retrace.core.machine import cpu_name
from retrace.core.params import load_params
from retrace.models.registry import models_for
from retrace.readers import describe
from retrace.tools.running.emulation import QEMU, make_pairs_on
from retrace.tools.running.pairs import TEXTS, Hashes, record_pairs, write_texts
from retrace.tools.running.reruns import TOLERANCE, copy_workspace

PAGE = Path("docs/reproducibility.md")

HASH_SEEDS = ("0", "4242")

PROCESSORS = ("Haswell", "EPYC-Rome")

# For the emulated processors, which take ten times as long and more: networks of few epochs.
SHORT = (
    "digits/cnn models.cnn.epochs=1",
    "digits/mlp models.mlp.epochs=1",
    "diabetes/mlp models.mlp.epochs=2",
    "diabetes/ridge",
    "texts/linear_svm",
    *(f"wine/{name}" for name in models_for("classification", "tabular")),
)

TITANIC = """\
title: Passengers of the Titanic
task: classification
kind: tabular
reader: table
file: titanic.csv
target: Survived
id: PassengerId
drop: [Name, Ticket, Cabin]
licence: not stated
"""


def main() -> None:
    """Make everything, then write the page and the hashes."""
    with tempfile.TemporaryDirectory(prefix="retrace-reproducibility-") as folder:
        source = copy_workspace(Path(folder) / "source")
        write_texts(source / "data")
        datasets = ["digits", "wine", "diabetes", TEXTS]
        if len(sys.argv) > 1:
            _add_titanic(source, Path(sys.argv[1]))
            datasets.append("titanic")
        names = [f"{data}/{model}" for data in datasets for model in _fitting_models(data, source)]
        runs = [_made(source, list(dict.fromkeys([*names, *SHORT])), seed) for seed in HASH_SEEDS]
        emulated = {processor: _made_on(source, processor) for processor in PROCESSORS}
    _write_page(runs, emulated)
    record_pairs(runs[0])
    everything = [*runs[1:], *emulated.values()]
    if not all(runs[0][name] == found for run in everything for name, found in run.items()):
        raise RetraceError(f"some models differ: see {PAGE}")


def _made(source: Path, names: list[str], hash_seed: str) -> dict[str, Hashes]:
    own = {"PYTHONPATH": str(source / "src"), "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-m", "retrace.tools.running.pairs", *names]
    run = subprocess.run(
        command, cwd=source, env=os.environ | own, stdout=subprocess.PIPE, text=True, check=False
    )
    if run.returncode:
        raise RetraceError(f"{names[0]} or one of the pairs after it cannot be made: see above")
    return {name: Hashes(**found) for name, found in map(json.loads, run.stdout.splitlines())}


def _made_on(source: Path, processor: str) -> dict[str, Hashes]:
    """Make pairs on an emulated processor; what the emulator crashes in is left out."""
    if shutil.which(QEMU) is None:
        return {}
    return {name: found for name, found in make_pairs_on(processor, SHORT, source) if found}


def _fitting_models(data: str, source: Path) -> list[str]:
    description = describe(data, source / "data")
    return models_for(description.task, description.kind)


def _add_titanic(source: Path, table: Path) -> None:
    (source / "data/titanic.yaml").write_text(TITANIC)
    (source / "data/titanic").mkdir()
    shutil.copy(table, source / "data/titanic/titanic.csv")


def _write_page(runs: list[dict[str, Hashes]], emulated: dict[str, dict[str, Hashes]]) -> None:
    rows = [_row(name, runs, emulated) for name in runs[0]]
    again = [name for name in runs[0] if all(name in run for run in runs)]
    same = [name for name in again if all(run[name] == runs[0][name] for run in runs)]
    values = {
        "TABLE": _table(rows),
        "SAME": f"{len(same)} of {len(again)}",
        "EMULATED": _counts(runs[0], emulated),
        "QEMU": _qemu_version(),
        "TOLERANCE": f"{TOLERANCE}",
        "MACHINE": cpu_name(),
        "DATE": f"{date.today()}",
        "THREADS": f"{load_params().train.threads}",
    }
    text = PAGE.with_suffix(".md.in").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    PAGE.write_text(text)


def _counts(native: dict[str, Hashes], emulated: dict[str, dict[str, Hashes]]) -> str:
    """Write ``"16 of 16 as Haswell, 16 of 16 as EPYC-Rome"``."""
    same = {
        processor: sum(native[name] == hashes for name, hashes in found.items())
        for processor, found in emulated.items()
    }
    return ", ".join(f"{number} of {len(SHORT)} as {name}" for name, number in same.items())


def _qemu_version() -> str:
    """Return the number in ``"qemu-x86_64 version 10.0.2 (Debian ...)"``."""
    if shutil.which(QEMU) is None:
        return "(not installed)"
    said = subprocess.run([QEMU, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return said.split()[2]


def _row(
    name: str, runs: list[dict[str, Hashes]], emulated: dict[str, dict[str, Hashes]]
) -> dict[str, str]:
    first = runs[0][name]
    row = {
        "dataset / model": name,
        "model": f"`{first.model[:8]}`",
        "predictions": f"`{first.predictions[:8]}`",
    }
    for processor, found in ({"again, other hash seed": runs[1]} | emulated).items():
        verdict = "the same" if found.get(name) == first else "**other**"
        row[processor] = verdict if name in found else ""
    return row


def _table(rows: list[dict[str, str]]) -> str:
    lines = [f"| {' | '.join(rows[0])} |", f"|{' --- |' * len(rows[0])}"]
    return "\n".join([*lines, *(f"| {' | '.join(row.values())} |" for row in rows)])


if __name__ == "__main__":
    run_or_explain(main)
