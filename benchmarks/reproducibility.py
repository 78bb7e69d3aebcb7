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
from retrace.tools.running.emulation import CRASHES, QEMU, TRIES
from retrace.tools.running.pairs import TEXTS, Hashes, make_pair, record_pairs, write_texts
from retrace.tools.running.reruns import TOLERANCE, copy_workspace

PAGE = Path("docs/reproducibility.md")

HASH_SEEDS = ("0", "4242")

PROCESSORS = ("Haswell", "EPYC-Rome")

# For the emulated processors, which take fifty times as long: few epochs, and the mean, since qemu 7.2
# crashes in the vectorised argsort of NumPy with which the median is found.
SHORT = (
    "texts/linear_svm",
    "digits/cnn models.cnn.epochs=1",
    "diabetes/ridge features.impute=mean",
    "diabetes/mlp models.mlp.epochs=2 features.impute=mean",
    "digits/mlp models.mlp.epochs=1 features.impute=mean",
    *(
        f"wine/{name} features.impute=mean"
        for name in models_for("classification", "tabular")
        if name != "mlp"
    ),
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


def make_all(names: list[str]) -> None:
    """Make pairs in this process, and print a line of JSON for each."""
    params = load_params()
    for name in names:
        print(json.dumps([name, vars(make_pair(params, name))]), flush=True)


def _made(source: Path, names: list[str], hash_seed: str) -> dict[str, Hashes]:
    run = _run(source, names, hash_seed)
    if run.returncode:
        raise RetraceError(f"{names[0]} or one of the pairs after it cannot be made: see above")
    return _read(run.stdout)


def _made_on(source: Path, processor: str) -> dict[str, Hashes]:
    """Make pairs on an emulated processor; one that ends in a crash of qemu in each try is left out."""
    found: dict[str, Hashes] = {}
    for name in SHORT if shutil.which(QEMU) else ():
        for _ in range(TRIES):
            run = _run(source, [name], HASH_SEEDS[0], QEMU, "-cpu", processor)
            if run.returncode not in CRASHES:
                found |= _read(run.stdout)
                break
    return found


def _run(
    source: Path, names: list[str], hash_seed: str, *emulator: str
) -> subprocess.CompletedProcess[str]:
    own = {"PYTHONPATH": str(source / "src"), "PYTHONHASHSEED": hash_seed}
    command = [*emulator, sys.executable, str(Path(__file__).resolve()), "--make", *names]
    return subprocess.run(
        command, cwd=source, env=os.environ | own, stdout=subprocess.PIPE, text=True, check=False
    )


def _read(lines: str) -> dict[str, Hashes]:
    return {name: Hashes(**found) for name, found in map(json.loads, lines.splitlines())}


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
        "EMULATED": f"{len(SHORT)}",
        "TOLERANCE": f"{TOLERANCE}",
        "MACHINE": cpu_name(),
        "DATE": f"{date.today()}",
        "THREADS": f"{load_params().train.threads}",
    }
    text = PAGE.with_suffix(".md.in").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    PAGE.write_text(text)


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
    if sys.argv[1:2] == ["--make"]:
        make_all(sys.argv[2:])
    else:
        run_or_explain(main)
