import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import hub
from retrace.cleaning.embedding.pinned import folder_hash, pinned_folder
from retrace.core.checked_yaml import checked
from retrace.core.errors import ModelError, ParamsError
from retrace.core.params import Preprocess

KEY = "preprocess.text"
FILES = {
    "config.json": b"{}",
    "model.safetensors": b"weights" * 1000,
    "pytorch_model.bin": b"a pickle",
    "onnx/config.json": b"{}",
}


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "model"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "1_Pooling/config.json").write_text("{}")
    return folder


@pytest.fixture
def settings(params):
    def make(backbone, revision):
        return dataclasses.replace(params.preprocess.text, backbone=str(backbone), revision=revision)

    return make


def test_a_folder_with_the_pinned_files_is_taken(model, settings):
    assert pinned_folder(settings(model, folder_hash(model)), KEY) == model


@pytest.mark.parametrize(
    "file", ["model.safetensors", "1_Pooling/config.json", "added.json", ".hidden.json"]
)
def test_any_changed_file_of_a_folder_is_found(model, settings, file):
    before = folder_hash(model)
    (model / file).write_text("changed")
    with pytest.raises(ModelError, match=f"got {folder_hash(model)}, expected {before}: put the"):
        pinned_folder(settings(model, before), KEY)


def test_what_does_no_work_in_a_folder_is_not_hashed(model):
    before = folder_hash(model)
    (model / "README.md").write_text("about it")
    (model / ".gitattributes").write_text("")
    (model / ".cache/huggingface").mkdir(parents=True)
    (model / ".cache/huggingface/model.json").write_text("{}")
    assert folder_hash(model) == before


def test_a_linked_folder_is_refused_for_the_hash_would_leave_it_out(model, settings, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (model / "2_Dense").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ModelError, match=r"2_Dense is a link to a folder, .*: copy the folder there"):
        pinned_folder(settings(model, "a" * 64), KEY)


@pytest.mark.parametrize("path", ["../other", "/srv/other", "1_Pooling/../../other", ".cache/other"])
@pytest.mark.parametrize(
    "names",
    [
        lambda path: ("modules.json", [{"path": path}]),
        lambda path: ("model.safetensors.index.json", {"weight_map": {"w": f"{path}/x.safetensors"}}),
    ],
)
def test_a_model_that_names_files_which_are_not_pinned_is_refused(model, settings, path, names):
    file, content = names(path)
    (model / file).write_text(json.dumps(content))
    with pytest.raises(ModelError, match=f"{file} names '.*other.*', which {KEY}.revision does not pin"):
        pinned_folder(settings(model, folder_hash(model)), KEY)


@pytest.mark.parametrize("content", ["[", "7", '{"weight_map": 7}', "[7]", "[" * 100_000])
def test_a_damaged_list_of_files_is_one_line(model, settings, content):
    (model / "model.safetensors.index.json").write_text(content)
    with pytest.raises(ModelError, match=r"index\.json is damaged .*: put the file back"):
        pinned_folder(settings(model, folder_hash(model)), KEY)


def test_a_folder_that_is_not_pinned_yet_is_told_its_hash(model, settings):
    with pytest.raises(ModelError, match=f"{KEY}.revision: got nothing; .*: {folder_hash(model)}$"):
        pinned_folder(settings(model, None), KEY)


def test_a_pinned_folder_that_is_gone_is_named(settings):
    with pytest.raises(ModelError, match=r"no folder 'data/gone' in .*: put the folder there"):
        pinned_folder(settings("data/gone", "a" * 64), KEY)


def test_a_hub_name_needs_a_commit(settings):
    with pytest.raises(ModelError, match=r"'someone/tiny' is no folder here, .*the full commit hash"):
        pinned_folder(settings("someone/tiny", None), KEY)


def test_what_is_neither_a_folder_nor_a_name_is_refused(settings):
    with pytest.raises(ModelError, match=r"got '~/my models/x', which is no folder here and cannot be"):
        pinned_folder(settings("~/my models/x", None), KEY)


@pytest.mark.parametrize("revision", ["main", "v1.0", "c7a9"])
def test_a_branch_or_a_short_hash_is_no_pin(params, revision):
    values = dataclasses.asdict(params.preprocess)
    values["text"]["revision"] = revision
    with pytest.raises(ParamsError, match=f"text.revision: got '{revision}', should be the full commit"):
        checked(Preprocess, values, "params.yaml: preprocess")


FETCH = """
import contextlib, io, json, sys
from types import SimpleNamespace
from retrace.cleaning.embedding.pinned import pinned_folder
from retrace.core.errors import run_or_explain

def fetch(name, revision):
    settings = SimpleNamespace(backbone=name, revision=revision)
    run_or_explain(lambda: print(pinned_folder(settings, "preprocess.text")))

runs = []
for model in json.loads(sys.argv[1]):
    out, error, status = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            fetch(*model)
        except SystemExit as end:
            status = 1
            print(end.code, file=sys.stderr)
    runs.append({"returncode": status, "stdout": out.getvalue(), "stderr": error.getvalue()})
print(json.dumps(runs))
"""


def fetch_all(home, url, models, offline="0"):
    """Fetch models in a process of its own: the hub's client reads its settings when it is imported."""
    own = {"HF_ENDPOINT": url, "HF_HOME": str(home / "hf"), "HF_HUB_OFFLINE": offline}
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", FETCH, json.dumps(models)],
        env=os.environ | own,
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
    )
    assert (run.returncode, run.stderr) == (0, "")
    return [SimpleNamespace(**fetched) for fetched in json.loads(run.stdout)]


@pytest.fixture
def fetch(tmp_path):
    pytest.importorskip("huggingface_hub", reason="no requirements-pretrained.txt installed")

    def run(url, offline="0"):
        return fetch_all(tmp_path, url, [(hub.NAME, hub.COMMIT)], offline)[0]

    return run


def message_of(run):
    """Return the one line that a failed fetch says."""
    assert run.returncode == 1, run.stdout
    lines = [line for line in run.stderr.splitlines() if not line.endswith("Hugging Face hub")]
    assert len(lines) == 1, run.stderr
    return lines[0]


WRONG = {
    "name": ("someone/tinny", hub.COMMIT),
    "commit": (hub.NAME, "d" * 40),
}


@pytest.fixture(scope="module")
def fetched(tmp_path_factory):
    """What is said of a model and of wrong names, and then of it and of another without a network."""
    pytest.importorskip("huggingface_hub", reason="no requirements-pretrained.txt installed")
    home, model = tmp_path_factory.mktemp("home"), (hub.NAME, hub.COMMIT)
    with hub.serve(FILES) as server:
        runs = fetch_all(home, server.url, [model, *WRONG.values()])
    names = ("first", *WRONG, "again", "without a network")
    runs += fetch_all(home, server.url, [model, ("someone/other", hub.COMMIT)])
    return dict(zip(names, runs, strict=True))


@pytest.mark.slow
def test_a_model_is_fetched_once_and_without_its_pickles(fetched):
    first = fetched["first"]
    assert first.returncode == 0, first.stderr
    assert first.stderr == f"{hub.NAME}: fetched from the Hugging Face hub\n"
    assert fetched["again"].stdout == first.stdout, "nobody listens there any more"
    folder = Path(first.stdout.strip())
    assert {file.name for file in folder.iterdir()} == {"config.json", "model.safetensors"}


@pytest.mark.long
@pytest.mark.slow
def test_a_download_that_broke_off_is_not_taken_for_whole_and_goes_on(fetch):
    with hub.serve(FILES) as server:
        server.breaks_off_at = "model.safetensors"
        assert "cannot be fetched from the Hugging Face hub" in message_of(fetch(server.url))
        offline = message_of(fetch(server.url, offline="1"))
        assert "no whole copy of commit cccccccc in the cache, and HF_HUB_OFFLINE is set" in offline
        server.breaks_off_at = None
        folder = Path(fetch(server.url).stdout.strip())
    assert (folder / "model.safetensors").read_bytes() == FILES["model.safetensors"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ("name", "'someone/tinny' is not on the Hugging Face hub, or is private"),
        ("commit", f"'{hub.NAME}' has no commit {'d' * 40} on the Hugging Face hub"),
    ],
)
def test_a_wrong_name_or_commit_is_named(fetched, wrong, problem):
    assert problem in message_of(fetched[wrong])


@pytest.mark.slow
def test_without_a_network_one_line_points_to_a_folder(fetched):
    message = message_of(fetched["without a network"])
    assert "cannot be fetched from the Hugging Face hub (ConnectError: " in message
    assert "copy the model's files into a folder and name that as backbone" in message
