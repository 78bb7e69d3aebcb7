"""Models of many pairs of dataset and model, made in one process, by the hash of their bytes.

    python -m retrace.tools.running.pairs wine/ridge ...

prints a line of JSON for each: its name, and its `Hashes`.
"""

import fnmatch
import hashlib
import io
import json
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import joblib
import numpy as np

from retrace.cleaning.cleaners import clean
from retrace.core.artifacts import MODEL_PROTOCOL, save_json
from retrace.core.errors import RetraceError, did_you_mean, run_or_explain
from retrace.core.params import Params, load_params
from retrace.core.records import Dataset
from retrace.models.fitting import predict
from retrace.models.provenance import LIBRARIES, version_of
from retrace.readers import read
from retrace.splitting.methods import split_rows
from retrace.tools.repository.overrides import override_params
from retrace.tools.repository.refitting import fit_afresh

# What the models were on the machines of docs/reproducibility.md.
RECORD = Path("benchmarks/pairs.json")

# Made up where they are read, since the project ships no texts.
TEXTS = "texts"
DESCRIPTION = """\
title: Made-up texts
task: classification
kind: text
reader: text_folder
licence: none
"""


# What makes pairs, here or on an emulated processor; None stands for one that could not be made there.
Making = Callable[[Sequence[str]], Iterator[tuple[str, "Hashes | None"]]]


@dataclass(frozen=True, kw_only=True)
class Hashes:
    """What came of a pair: the MD5 of the params, of the model as a file, and of its predictions."""

    params: str
    model: str
    predictions: str


def make_pair(params: Params, name: str) -> Hashes:
    """Make a model as the stages do, without their files.

    Parameters
    ----------
    params : Params
        Of everything but the names of the dataset and of the model.
    name : str
        ``"wine/ridge"``, or with overrides ``"digits/cnn models.cnn.epochs=1"``.
    """
    pair, *overrides = name.split()
    data, model = pair.split("/")
    values = dict(override.split("=") for override in overrides)
    params = replace(params, data=data, model=model)  # type: ignore[type-var]  # pydantic's dataclass
    params = override_params(params, {key: _value(values[key]) for key in values})
    training, validation, test = _parts(params)
    fitted = fit_afresh(params, training, validation)
    said = predict(fitted, test)
    file = io.BytesIO()
    joblib.dump(fitted, file, protocol=MODEL_PROTOCOL)
    return Hashes(
        params=_params_md5(params),
        model=_md5(file.getvalue()),
        predictions=_md5(said.predicted.tobytes() + np.ascontiguousarray(said.probabilities).tobytes()),
    )


def recorded_pairs(patterns: Sequence[str]) -> dict[str, Hashes]:
    """Return the committed hashes of the pairs whose names fit, such as ``"wine/*"``.

    Raises
    ------
    RetraceError
        No pair fits.
    """
    pairs = _record()["pairs"]
    names = [name for name in pairs if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)]
    if not names:
        wanted = ", ".join(patterns)
        raise RetraceError(f"--pairs: got {wanted}{did_you_mean(wanted, pairs)}; {RECORD} lists all")
    return {name: Hashes(**pairs[name]) for name in names}


def record_pairs(pairs: Mapping[str, Hashes]) -> None:
    """Write the hashes that other machines compare theirs with."""
    hashes = {name: asdict(found) for name, found in pairs.items()}
    save_json({"versions": versions(), "pairs": hashes}, RECORD)


def make_pairs(params: Params, names: Sequence[str]) -> Iterator[tuple[str, Hashes]]:
    """Make pairs in this process, one after the other."""
    for name in names:
        yield name, make_pair(params, name)


def compare_pairs(recorded: Mapping[str, Hashes], make: Making) -> Iterator[tuple[str, str]]:
    """Make each pair, and yield its name with what differs: empty where nothing does."""
    here = []
    for name in recorded:
        data, model = name.split()[0].split("/")
        if model in LIBRARIES and find_spec(model) is None:  # an extra
            yield name, f"not compared: {model} is not installed"
        elif data == TEXTS or Path("data", f"{data}.yaml").is_file():
            here.append(name)
        else:
            yield name, f"not compared: there is no data/{data}.yaml"
    for name, found in make(here):
        yield name, _difference(found, recorded[name]) if found else "not compared: the emulator crashed"


def other_versions() -> list[str]:
    """Name the libraries that are here in other versions than those that the hashes are of."""
    here = versions()
    return [
        f"{library} {here[library]} (the hashes are of {recorded})"
        for library, recorded in _record()["versions"].items()
        if here.get(library, recorded) != recorded
    ]


def versions() -> dict[str, str]:
    """Return the versions of the libraries that compute and are here, without the names of builds."""
    found = ((package, version_of(package)) for package in LIBRARIES.values())
    return {package: said for package, said in found if said}  # others are of an extra


def write_texts(folder: Path) -> None:
    """Make up 300 texts of three topics, which share most of their words."""
    generator = np.random.default_rng(0)
    words = np.array([f"word{number}" for number in range(300)])
    for number in range(300):
        topic = folder / TEXTS / f"topic-{number % 3}"
        said = generator.choice(np.roll(words, 60 * (number % 3))[:200], 30)
        topic.mkdir(parents=True, exist_ok=True)
        (topic / f"{number}.txt").write_text(" ".join(said))
    (folder / f"{TEXTS}.yaml").write_text(DESCRIPTION)


def _difference(found: Hashes, expected: Hashes) -> str:
    if found.params != expected.params:
        return "not compared: params.yaml has other values"
    parts = [part for part in ("model", "predictions") if vars(found)[part] != vars(expected)[part]]
    return f"another {' and other '.join(parts)}" if parts else ""


def _record() -> dict[str, Any]:
    try:
        return json.loads(RECORD.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RetraceError(f"{RECORD} is not here: run from the repository's top folder") from None


def _parts(params: Params) -> list[Dataset]:
    rows = clean(_read(params.data), params.preprocess)
    parts = split_rows(rows, params.split)
    taken = [rows.take(parts[part]) for part in ("train", "validation", "test")]
    return pickle.loads(pickle.dumps(taken))  # as from files: equal strings are objects of their own


def _read(data: str) -> Dataset:
    if data != TEXTS or Path("data", f"{TEXTS}.yaml").is_file():
        return read(data)
    with TemporaryDirectory(prefix="retrace-texts-") as folder:
        write_texts(Path(folder))
        return read(data, Path(folder))


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _params_md5(params: Params) -> str:
    preprocess = {
        key: value for key, value in vars(params.preprocess).items() if value
    }  # as before `steps`
    used: list[Any] = [params.seed, preprocess, params.split, params.features, params.train]
    used += [params.calibrate] if params.calibrate else []
    return _md5(json.dumps([*used, params.hyperparameters], sort_keys=True, default=vars).encode())


def _md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def _main() -> None:
    for name, found in make_pairs(load_params(), sys.argv[1:]):
        print(json.dumps([name, asdict(found)]), flush=True)


if __name__ == "__main__":
    run_or_explain(_main)
