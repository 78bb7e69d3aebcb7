import shutil

import pytest

from retrace.cleaning.embedding.network import imported, load_network
from retrace.core.errors import ModelError

KEY = "preprocess.image"


def test_a_library_that_is_not_installed_is_named_with_the_remedy():
    with pytest.raises(ModelError, match=r"needs transformerz, .*: pip install -r requirements-pretr"):
        imported("transformerz")


def test_pickled_weights_are_never_loaded(tmp_path):
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    (tmp_path / "config.json").write_text('{"model_type": "mobilenet_v2"}')
    with pytest.raises(ModelError, match=r"holds no .safetensors file, and pickled weights are not"):
        load_network(tmp_path, "cpu", KEY)


@pytest.mark.slow
def test_a_network_is_frozen_and_in_float32(mobilenet):
    loaded, has_pooler = load_network(mobilenet, "cpu", KEY)
    assert has_pooler
    assert not loaded.training
    assert {(str(p.dtype), p.requires_grad) for p in loaded.parameters()} == {("torch.float32", False)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "contents", "message"),
    [
        ("config.json", "{}", "AutoModel cannot load .*ValueError: Unrecognized model"),
        ("config.json", '{"model_type": "mobilenet_v1"}', "not those of a whole MobileNetV1Model; it"),
        ("model.safetensors", "damaged", "AutoModel cannot load .*SafetensorError"),
        (
            "config.json",
            '{"model_type": "own", "auto_map": {"AutoModel": "code.M", "AutoConfig": "code.C"}}',
            "AutoModel cannot load",
        ),
    ],
)
def test_a_broken_folder_is_refused_in_one_line(mobilenet, tmp_path, file, contents, message):
    folder = shutil.copytree(mobilenet, tmp_path / "broken")
    (folder / file).write_text(contents)
    (folder / "code.py").write_text("raise SystemExit('code of the folder was run')")
    with pytest.raises(ModelError, match=message):
        load_network(folder, "cpu", KEY)
