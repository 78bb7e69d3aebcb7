"""How a sentence model makes one vector of many tokens, as the files beside its weights say.

The files are those of sentence-transformers (modules.json and the folders it names; N. Reimers and
I. Gurevych, "Sentence-BERT", EMNLP 2019). A model without them gets the mean over its tokens.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrace.core.errors import ModelError

KNOWN_MODULES = ("Transformer", "Pooling", "Normalize")

# Older files have a switch for each way, newer ones name it.
SWITCHES = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
POOLINGS = ("mean", "cls", "max", "lasttoken")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """From a text to a vector.

    Attributes
    ----------
    weights : str
        The sub-folder of the network's own files; empty for the folder itself.
    max_length : int or None
        Tokens that the network reads of a text; None if the files do not say.
    lower_case : bool
        Whether texts are put into lower case first.
    pooling : str
        One of ``POOLINGS``.
    normalize : bool
        Whether the vector is scaled to length 1.
    """

    weights: str = ""
    max_length: int | None = None
    lower_case: bool = False
    pooling: str = "mean"
    normalize: bool = False


def read_recipe(folder: Path, key: str) -> Recipe:
    """Read the recipe of the model in a folder; ``key`` is the section of params.yaml, for messages.

    Raises
    ------
    ModelError
        The model has a step, or a way of pooling, that is not known here.
    """
    if not (folder / "modules.json").exists():
        return Recipe()
    modules = {str(module["type"]).split(".")[-1]: module for module in _json(folder, "modules.json")}
    unknown = [name for name in modules if name not in KNOWN_MODULES]
    if unknown or not {"Transformer", "Pooling"} <= set(modules):
        raise ModelError(
            f"{key}.backbone: the sentence model in {folder} has the steps {', '.join(modules)}; known"
            f" are {', '.join(KNOWN_MODULES)}: take another model"
        )
    if _optional(folder, "config_sentence_transformers.json").get("default_prompt_name"):
        raise ModelError(
            f"{key}.backbone: the sentence model in {folder} puts a prompt before each text, which is"
            " not supported: take another model"
        )
    weights = str(modules["Transformer"]["path"])
    limits = _optional(folder / weights, "sentence_bert_config.json")
    return Recipe(
        weights=weights,
        max_length=limits.get("max_seq_length"),
        lower_case=bool(limits.get("do_lower_case", False)),
        pooling=_pooling(folder / str(modules["Pooling"]["path"]), key),
        normalize="Normalize" in modules,
    )


def _pooling(folder: Path, key: str) -> str:
    config = _json(folder, "config.json")
    ways = config.get("pooling_mode") or [way for name, way in SWITCHES.items() if config.get(name)]
    ways = [ways] if isinstance(ways, str) else list(ways) or ["mean"]
    if len(ways) > 1 or ways[0] not in POOLINGS:
        raise ModelError(
            f"{key}.backbone: the sentence model pools its tokens by {' and '.join(ways)}; known is one"
            f" of {', '.join(POOLINGS)}: take another model"
        )
    return str(ways[0])


def _json(folder: Path, name: str) -> Any:
    try:
        return json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder / name} cannot be read ({error}): put the file back") from error


def _optional(folder: Path, name: str) -> dict[str, Any]:
    return _json(folder, name) if (folder / name).exists() else {}
