"""The files of a release, as bytes by their names; the same model gives the same bytes."""

import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from retrace.core.artifacts import save_bytes
from retrace.core.errors import RetraceError
from retrace.tools.export.exporting import export
from retrace.tools.prediction.fields import form_fields
from retrace.tools.prediction.predictor import Predictor, load_predictor, named
from retrace.tools.prediction.promise import promise_of
from retrace.tools.prediction.source import Source, run_of
from retrace.tools.release.card import model_card

REQUIREMENTS = (
    "requirements.txt",
    "requirements-torch.txt",
    "requirements-pretrained.txt",
    "requirements-boosting.txt",
    "requirements-retrace.txt",
)

CARD, MODEL, ONNX, SCHEMA, STATEMENT = (
    "README.md", "model.joblib", "model.onnx", "schema.json", "statement.json",
)  # fmt: skip

THEN = (1980, 1, 1, 0, 0, 0)  # the date of each file in an archive

Files = dict[str, bytes]


def files_of(source: Source) -> Files:
    """Gather what a release of a model holds.

    Raises
    ------
    RetraceError
        The run has no report, or its files are nowhere.
    """
    predictor, promise = load_predictor(source), promise_of(source)
    tree, _ = run_of(source)
    files = {MODEL: source.path.read_bytes(), SCHEMA: _json(_schema(predictor))}
    files |= _example(predictor)
    try:
        made = export(source)
        files[ONNX], said = made.content, made.said
    except RetraceError as error:
        said = f"not exported: {error}"
    files |= tree.read(REQUIREMENTS)
    notes = tree.read([f"data/{source.data}.card.md"])
    by_hand = next(iter(notes.values()), b"").decode("utf-8")
    files[CARD] = model_card(
        predictor, promise, onnx=said, by_hand=by_hand, files=sorted(files)
    ).encode()
    files[STATEMENT] = _json(_statement(source, files))
    return files


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds something."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RetraceError(f"{folder} is there already: name a new folder, or remove it")


def write_folder(folder: Path, files: Files) -> None:
    """Write the files; if one cannot be written, none is left."""
    try:
        for name, content in files.items():
            save_bytes(content, folder / name)
    except RetraceError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def write_archive(folder: Path, files: Files) -> Path:
    """Pack the files, with one date for all: the same files are the same archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder.name}/{name}", THEN)
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED)
    path = folder.with_name(f"{folder.name}.zip")
    save_bytes(packed.getvalue(), path)
    return path


def _schema(predictor: Predictor) -> dict[str, object]:
    signature = predictor.signature
    return {
        "task": signature.task,
        "kind": predictor.kind,
        "classes": list(signature.classes),
        "shape": list(signature.shape),
        "columns": form_fields(predictor) if predictor.kind == "tabular" else [],
    }


def _example(predictor: Predictor) -> Files:
    """Make up a row, of typical values and nobody's, and say what the model says of it."""
    if predictor.kind == "tabular":
        X = pd.DataFrame({each["name"]: [each["example"]] for each in form_fields(predictor)})
        files = {"example.csv": X.to_csv(index=False, lineterminator="\n").encode()}
    elif predictor.kind == "image" and predictor.signature.kind == "image":
        X = np.zeros((1, *predictor.signature.shape), np.uint8)
        file = io.BytesIO()
        Image.fromarray(X[0].squeeze()).save(file, "png")
        files = {"example.png": file.getvalue()}
    elif predictor.kind == "text":
        X = np.array(["An example."], dtype=object)
        files = {"example.txt": X[0].encode()}
    else:  # photos before a frozen network may be of any size
        return {}
    answers = named(predictor.answer(X), predictor.signature.classes)
    return files | {"example_answer.csv": answers.to_csv(index=False, lineterminator="\n").encode()}


def _statement(source: Source, files: Files) -> dict[str, object]:
    """Say what can be checked: `retrace verify` at this commit makes a model of this hash."""
    return {
        "commit": source.commit,
        "dvc.lock": source.lock,
        "model_md5": source.md5,
        "how": "check out the commit and run `retrace verify`: the model must have this MD5",
        "sha256": {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)},
    }


def _json(values: dict[str, object]) -> bytes:
    return (json.dumps(values, indent=2, ensure_ascii=False, default=str) + "\n").encode()
