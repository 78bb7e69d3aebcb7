"""Write docs/reproducibility.md: what is made again byte for byte, and what another CPU changes.

    python benchmarks/reproducibility.py [TITANIC_CSV]

Every model runs on every dataset that fits, three times from nothing, each time in a folder of its own
and all at once, so that the cores are busy, under three values of PYTHONHASHSEED; bytes are compared.
On a machine with AVX-512, once more with the math libraries held to AVX2, and the predictions are
compared with the first run's.
"""

import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from threadpoolctl import threadpool_info

from retrace.core.artifacts import PREDICTIONS
from retrace.core.checked_yaml import load_yaml
from retrace.core.errors import RetraceError, run_or_explain
from retrace.core.machine import cpu_name
from retrace.core.params import load_params
from retrace.evaluation.metrics import metric_names
from retrace.models.registry import models_for
from retrace.readers import describe
from retrace.tools.repository.dvc import run_dvc
from retrace.tools.repository.overrides import set_params
from retrace.tools.running.reruns import (
    TOLERANCE,
    Run,
    compare_runs,
    copy_workspace,
    largest_metric_difference,
    rerun,
)

PAGE = Path("docs/reproducibility.md")

LOCK = Path("dvc.lock")

# Around what only some machines can measure.
BEGIN, END = "<!-- AVX2 -->", "<!-- end of AVX2 -->"

HASH_SEEDS = ("0", "1", "4242")

# Each switch holds one library back: torch's own kernels, oneDNN, MKL, OpenBLAS and NumPy.
OLDER_CPU = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX",
}

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

TEXTS = """\
title: Made-up texts
task: classification
kind: text
reader: text_folder
licence: none
"""


def main() -> None:
    """Run everything, then write the page."""
    with tempfile.TemporaryDirectory(prefix="retrace-reproducibility-") as folder:
        source = copy_workspace(Path(folder) / "source")
        _add_texts(source)
        datasets = ["digits", "wine", "diabetes", "texts"]
        if len(sys.argv) > 1:
            _add_titanic(source, Path(sys.argv[1]))
            datasets.append("titanic")
        rows = [
            _row(source, Path(folder), data, model)
            for data in datasets
            for model in _fitting_models(data, source)
        ]
    _write_page(rows)
    if not all(row["same"]["the same bytes in three runs"] == "yes" for row in rows):
        raise RetraceError(f"some outputs differ between runs: see {PAGE}")


def _row(source: Path, folder: Path, data: str, model: str) -> dict[str, dict[str, str]]:
    settings = [{"PYTHONHASHSEED": seed} for seed in HASH_SEEDS]
    settings += [OLDER_CPU] if _has_newer_instructions() else []
    copies = [shutil.copytree(source, folder / f"run-{number}") for number in range(len(settings))]
    for copy in copies:
        set_params(copy, {"data": data, "model": model, "metric": _metric(data, source)})
    with ThreadPoolExecutor(len(copies)) as all_at_once:
        runs = list(all_at_once.map(rerun, copies, settings))
    different = [name for other in runs[1:3] for name in compare_runs(runs[0], other)]
    pair = {"dataset": data, "model": model}
    row = {
        "same": pair | {"the same bytes in three runs": ", ".join(dict.fromkeys(different)) or "yes"},
        "older": pair | _against_older(runs[0], runs[3]) if len(runs) > 3 else {},
    }
    print(" | ".join((row["same"] | row["older"]).values()), flush=True)
    for run in runs:
        shutil.rmtree(run.folder)
    return row


def _has_newer_instructions() -> bool:
    return torch.backends.cpu.get_cpu_capability() == "AVX512"


def _against_older(newest: Run, older: Run) -> dict[str, str]:
    differs = any("model.joblib" in name for name in compare_runs(newest, older))
    return {
        "the same bytes": "no" if differs else "yes",
        "predictions that change": _changed_predictions(newest, older),
        "largest difference of a metric, log loss apart": (
            f"{largest_metric_difference(newest, older):.4f}"
        ),
    }


def _changed_predictions(first: Run, second: Run) -> str:
    one, other = (pd.read_csv(run.folder / PREDICTIONS)["predicted"] for run in (first, second))
    return f"{(one != other).sum()} of {len(one)}"


def _fitting_models(data: str, source: Path) -> list[str]:
    description = describe(data, source / "data")
    return models_for(description.task, description.kind)


def _metric(data: str, source: Path) -> str:
    return metric_names(describe(data, source / "data").task)[0]


def _add_texts(source: Path) -> None:
    """Make up 300 texts of three topics, which share most of their words."""
    generator = np.random.default_rng(0)
    words = np.array([f"word{number}" for number in range(300)])
    for number in range(300):
        topic = number % 3
        said = generator.choice(np.roll(words, 60 * topic)[:200], 30)
        folder = source / f"data/texts/topic-{topic}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_text(" ".join(said))
    (source / "data/texts.yaml").write_text(TEXTS)


def _add_titanic(source: Path, table: Path) -> None:
    (source / "data/titanic.yaml").write_text(TITANIC)
    (source / "data/titanic").mkdir()
    shutil.copy(table, source / "data/titanic/titanic.csv")
    run_dvc("add", "--quiet", "data/titanic", cwd=source)


def _write_page(rows: list[dict[str, dict[str, str]]]) -> None:
    same = [row["same"] for row in rows]
    text = PAGE.with_suffix(".md.in").read_text()
    values = {
        "TABLE": _table(same),
        "SAME": f"{sum(row['the same bytes in three runs'] == 'yes' for row in same)} of {len(same)}",
        "OUTPUTS": f"{sum(len(stage['outs']) for stage in load_yaml(LOCK)['stages'].values())}",
        "TOLERANCE": f"{TOLERANCE}",
        "MACHINE": _machine(),
        "DATE": f"{date.today()}",
        "THREADS": f"{load_params().train.threads}",
        "AVX2": _older_table(rows) if _has_newer_instructions() else _kept(PAGE.read_text()),
    }
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    PAGE.write_text(text)


def _machine() -> str:
    blas = {f"{each['internal_api']} {each.get('architecture', '')}" for each in threadpool_info()}
    return f"{cpu_name()}, torch's kernels {torch.backends.cpu.get_cpu_capability()}, {min(blas)}"


def _older_table(rows: list[dict[str, dict[str, str]]]) -> str:
    head = f"On {date.today()}, AVX-512 against AVX2 on: {_machine()}."
    return f"{BEGIN}\n{head}\n\n{_table([row['older'] for row in rows])}\n{END}"


def _kept(page: str) -> str:
    return page[page.index(BEGIN) : page.index(END) + len(END)]


def _table(rows: list[dict[str, str]]) -> str:
    lines = [f"| {' | '.join(rows[0])} |", f"|{' --- |' * len(rows[0])}"]
    return "\n".join([*lines, *(f"| {' | '.join(row.values())} |" for row in rows)])


if __name__ == "__main__":
    run_or_explain(main)
