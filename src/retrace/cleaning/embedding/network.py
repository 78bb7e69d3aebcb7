"""The one place that imports Hugging Face's libraries, and what we ask of them: quiet, safe, offline."""

import importlib
import os
import sys
from pathlib import Path
from typing import Any

from retrace.core.errors import ModelError

QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",  # train.threads decides
}


def imported(name: str) -> Any:
    """Import ``transformers`` or ``huggingface_hub``.

    Raises
    ------
    ModelError
        It is not installed.
    """
    os.environ.update(QUIET, HF_HUB_DISABLE_PROGRESS_BARS=str(int(not sys.stderr.isatty())))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ModelError(
            f"a pretrained backbone needs {error.name}, which is not installed:"
            " pip install -r requirements-pretrained.txt"
        ) from error


def load_network(folder: Path, device: str, key: str) -> tuple[Any, bool]:
    """Load a network for inference: safetensors only, float32, no code from its folder.

    Parameters
    ----------
    folder : Path
        What `pinned_folder` returned.
    device : {"cpu", "cuda"}
        Where it is put.
    key : str
        The section of params.yaml, for messages.

    Returns
    -------
    network : Module
        In evaluation mode, on the device.
    has_pooler : bool
        Whether its pooling layer, if it has one, came with weights: many checkpoints lack them, and
        the layer is then random.

    Raises
    ------
    ModelError
        The folder holds no safetensors, or not all weights of a network that transformers knows.
    """
    if not any(folder.glob("*.safetensors")):
        raise ModelError(
            f"{key}.backbone: {folder} holds no .safetensors file, and pickled weights are not loaded"
            " (they may run code): take a model, or a commit of it, that has them"
        )
    torch = importlib.import_module("torch")
    network, loading_info = from_folder(
        "AutoModel", folder, key, use_safetensors=True, dtype=torch.float32, output_loading_info=True
    )
    missing = {name for name in loading_info["missing_keys"] if "pooler" not in name}
    if missing or loading_info["mismatched_keys"]:
        lacking = ", ".join(sorted(missing or map(str, loading_info["mismatched_keys"]))[:3])
        raise ModelError(
            f"{key}.backbone: the weights in {folder} are not those of a whole"
            f" {type(network).__name__}; it lacks {lacking}: take another model"
        )
    return network.eval().requires_grad_(False).to(device), not loading_info["missing_keys"]


def from_folder(auto_class: str, folder: Path, key: str, **options: Any) -> Any:
    """Call ``from_pretrained`` of one of transformers' Auto classes on a folder.

    Raises
    ------
    ModelError
        The folder does not hold what the class needs.
    """
    transformers = imported("transformers")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    safe = {"local_files_only": True, "trust_remote_code": False}
    try:
        return getattr(transformers, auto_class).from_pretrained(folder, **safe, **options)
    except Exception as error:  # a damaged or unknown file can raise anything
        reason = " ".join(str(error).split())[:400]
        raise ModelError(
            f"{key}.backbone: {auto_class} cannot load {folder} ({type(error).__name__}: {reason}):"
            " take a model that transformers loads without code of its own, or put the files back"
        ) from error
