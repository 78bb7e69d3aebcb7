import dataclasses
import json
import pickle
import runpy

import numpy as np
import pytest

from extras import each
from photos import make_folder
from project import ROOT, copy_project
from retrace.cleaning.embedding import embed, load_backbone
from retrace.cleaning.embedding.pinned import folder_hash
from retrace.core.checked_yaml import load_yaml
from retrace.core.errors import ModelError
from retrace.models.fitting import fit_model, predict
from retrace.models.registry import build_model, models_for


class Halves:
    """In place of a network: the mean of each half of an image."""

    name, rows_at_a_time = "halves", 32

    def vectors(self, images, advance):
        advance(len(images))
        halves = images.reshape(len(images), 2, -1).mean(axis=2)
        return (halves - 128).astype(np.float32)

    def note(self, n_features):
        return f"{n_features} numbers"


@pytest.fixture
def images(make_dataset):
    dataset = make_dataset(kind="image", notes=("read",))
    dataset.X[:, :4] += (dataset.y * 40).astype(np.uint8)[:, None, None, None]
    return dataset


def test_rows_become_vectors_chunk_by_chunk(images):
    sizes = []

    def clean(part):
        sizes.append(len(part))
        return part

    embedded = embed(images, clean, Halves())
    assert sizes == [32, 32, 32, 4]
    assert (embedded.kind, embedded.X.shape, embedded.X.dtype) == ("vectors", (100, 2), np.float32)
    assert (Halves().vectors(images.X, sizes.append) == embedded.X).all()
    assert embedded.notes == ("read", "2 numbers")
    assert (embedded.y == images.y).all()


def test_a_vector_that_is_not_finite_names_its_row(images, monkeypatch):
    monkeypatch.setattr(Halves, "vectors", lambda self, X, advance: np.full((len(X), 2), np.nan))
    with pytest.raises(ModelError, match="vectors that are not finite for 100 rows, the first"):
        embed(images, lambda part: part, Halves())


@pytest.mark.parametrize("name", each(models_for("classification", "vectors")))
def test_every_model_but_the_cnn_takes_vectors(params, images, name):
    embedded = embed(images, lambda part: part, Halves())
    few = {"epochs": 2, "n_estimators": 5}
    settings = {key: few.get(key, value) for key, value in params.models[name].items()}
    models = params.models | {name: settings}
    model = build_model(dataclasses.replace(params, model=name, models=models), "vectors")
    fit_model(model, embedded, embedded)
    assert predict(model, embedded).probabilities.shape == (100, 2)


def test_the_cnn_refuses_vectors(params):
    with pytest.raises(ModelError, match="'cnn' takes image data, got vectors data; models that fit: "):
        build_model(dataclasses.replace(params, model="cnn"), "vectors")


def test_vectors_made_on_a_gpu_take_a_model_that_runs_on_the_cpu(params):
    on_gpu = dataclasses.replace(params.train, device="cuda")
    assert build_model(dataclasses.replace(params, model="svm", train=on_gpu), "vectors")


@pytest.mark.parametrize("kind", ["tabular", "image", "text"])
def test_no_network_runs_where_none_is_named(params, kind):
    section = getattr(params.preprocess, kind)
    if kind != "tabular":
        section = dataclasses.replace(section, backbone=None)
    settings = dataclasses.replace(params.preprocess, **{kind: section})
    assert load_backbone(kind, settings, params.train) is None


@pytest.fixture(scope="module")
def preprocessed(mobilenet, tmp_path_factory):
    """A project whose `preprocess` ran with a folder as backbone; what it said, opened and imported."""
    project = copy_project(tmp_path_factory.mktemp("preprocessed"))
    pins = {"backbone": str(mobilenet), "revision": folder_hash(mobilenet), "batch_size": 2}
    make_folder(project / "data/photos", n=20)
    (project / "data/photos.yaml").write_text(
        "title: Photos\ntask: classification\nkind: image\nreader: image_folder\n"
    )
    project.set(data="photos", **{f"preprocess__image__{key}": pins[key] for key in pins})
    project.stage("read_data")
    run = project.run("python", "tests/trace_stage.py", "src/preprocess.py", "trace.json")
    return project, run, json.loads(project.read("trace.json"))


@pytest.mark.slow
def test_preprocess_makes_vectors_of_the_same_bytes_in_each_process(preprocessed, monkeypatch):
    project, _, _ = preprocessed
    first = project.read("cache/clean.pkl")
    (project / "cache/clean.pkl").unlink()
    monkeypatch.chdir(project.folder)
    runpy.run_path("src/preprocess.py", run_name="__main__")
    assert project.read("cache/clean.pkl") == first
    dataset = pickle.loads(first)
    assert (dataset.kind, dataset.X.shape) == ("vectors", (40, 1280))
    assert "made by the frozen network" in dataset.notes[-1]


@pytest.mark.slow
def test_a_log_shows_how_far_the_network_is_and_nothing_else(preprocessed, mobilenet):
    lines = preprocessed[1].stderr.splitlines()
    assert len(lines) == 10
    assert lines[-1] == f"{mobilenet}: 40/40 rows"


@pytest.mark.slow
def test_the_deps_of_preprocess_cover_what_a_network_needs(preprocessed):
    trace = preprocessed[2]
    stage = load_yaml(ROOT / "dvc.yaml")["stages"]["preprocess"]
    deps = [*stage["deps"], "data/photos", "params.yaml", "tests/trace_stage.py"]
    opened = {path for path in trace["opened"] if not path.endswith(".unfinished")}
    loaded = opened | set(trace["imported"])
    covered = {path for path in loaded for dep in deps if path == dep or path.startswith(f"{dep}/")}
    assert loaded == covered
    assert "src/retrace/cleaning/embedding/network.py" in loaded
