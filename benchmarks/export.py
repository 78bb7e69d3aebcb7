"""Which models become ONNX files, how well these agree, how fast they answer: for docs/export.md."""

import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

import dataclasses
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from retrace.cleaning.cleaners import clean
from retrace.core.errors import RetraceError
from retrace.core.params import Params, load_params
from retrace.core.records import Dataset
from retrace.models.fitting import fit_model
from retrace.models.registry import build_model, models_for
from retrace.models.signature import signature_of
from retrace.readers import describe, read
from retrace.splitting.methods import split_rows
from retrace.tools.export.exporting import export_made
from retrace.tools.export.parity import Rows
from retrace.tools.prediction.predictor import Predictor
from retrace.tools.prediction.session import Session
from retrace.tools.prediction.source import Source

PAGE, DATA = Path("docs/export.md"), Path("data")

DATASETS = ("wine", "diabetes", "digits")

EPOCHS = 5

TABLE = re.compile(r"(<!-- table: .*? -->\n).*?(<!-- end of the table -->)", re.DOTALL)


def measure(names: tuple[str, ...] = DATASETS) -> str:
    """Return a Markdown table, a row for each model of each dataset."""
    lines = [
        "| data | model | exported | largest difference | KB | same bytes | one row: joblib | ONNX |",
        "| --- | --- | --- | ---: | ---: | --- | ---: | ---: |",
    ]
    params = load_params(Path("params.yaml"))
    for name in names:
        dataset = clean(read(name, DATA), params.preprocess)
        lines += [_row(params, dataset, model) for model in models_for(dataset.task, dataset.kind)]
    return "\n".join(lines)


def _row(params: Params, dataset: Dataset, model: str) -> str:
    predictor, rows = _fitted(params, dataset, model)
    try:
        made, again = (export_made(predictor, rows) for _ in range(2))
    except RetraceError as error:
        said = str(error).partition(", in ")[2].partition(" (")[0] + " differ"
        return f"| {dataset.name} | {model} | no: {said} | | | | | |"
    session = Session(made.content)
    X = rows[1].X[:1]
    ours, theirs = _medians(lambda: predictor.answer(X), lambda: session.answer(X, dataset.classes))
    cells = [
        f"{made.parity.difference:.1e}",
        f"{len(made.content) / 1e3:.0f}",
        "yes" if made.content == again.content else "no",
        f"{1e3 * ours:.2f} ms",
        f"{1e3 * theirs:.2f} ms",
    ]
    return f"| {dataset.name} | {model} | yes | {' | '.join(cells)} |"


def _fitted(params: Params, dataset: Dataset, model: str) -> tuple[Predictor, list[Rows]]:
    own = params.models[model]
    if "epochs" in own:
        own = own | {"epochs": EPOCHS}
    chosen = dataclasses.replace(params, model=model, models={**params.models, model: own})
    found = split_rows(dataset, chosen.split)
    parts = {part: dataset.take(rows) for part, rows in found.items()}
    pipeline = build_model(chosen, dataset.kind, dataset.task)
    fit_model(pipeline, parts["train"], parts["validation"])
    source = Source(
        name="made",
        path=Path("made.joblib"),
        md5="",
        commit="",
        lock="",
        data=dataset.name,
        description=describe(dataset.name, DATA),
        preprocess=chosen.preprocess,
        train=chosen.train,
    )
    rows = [
        Rows(called=f"{name} row", ids=parts[name].ids, X=parts[name].X)
        for name in ("validation", "test")
    ]
    return Predictor(
        source=source, model=pipeline, signature=signature_of(pipeline), backbone=None
    ), rows


def _medians(*asked: Callable[[], object], times: int = 200) -> list[float]:
    """Return the median seconds of each, asked in turns."""
    seconds: list[list[float]] = [[] for _ in asked]
    for _ in range(times):
        for ask, taken in zip(asked, seconds, strict=True):
            start = time.perf_counter()
            ask()
            taken.append(time.perf_counter() - start)
    return [float(np.median(taken)) for taken in seconds]


if __name__ == "__main__":
    table = measure(tuple(sys.argv[1:]) or DATASETS)
    print(table)
    if not sys.argv[1:]:
        PAGE.write_text(TABLE.sub(lambda found: f"{found[1]}{table}\n{found[2]}", PAGE.read_text()))
