"""Texts in, vectors out: tokens, a frozen transformer, one vector per text."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrace.cleaning.embedding.network import from_folder, load_network
from retrace.cleaning.embedding.pinned import pinned_folder
from retrace.cleaning.embedding.progress import Advance
from retrace.cleaning.embedding.recipe import Recipe, read_recipe
from retrace.core.params import TextCleaning

KEY = "preprocess.text"

# A text is padded to the next multiple of STEP, and each batch is full, the last one filled up with its
# own texts. torch chooses by the shape how to add up: so a vector does not depend on its neighbours.
STEP = 32

# What networks of the BERT family read, for models that do not say.
MAX_LENGTH = 512


class TextBackbone:
    """A frozen network that makes a vector of each text.

    Parameters
    ----------
    settings : TextCleaning
        ``backbone``, ``revision`` and ``batch_size``.
    device : {"cpu", "cuda"}
        Where it runs.

    Raises
    ------
    ModelError
        The network cannot be had, is not the pinned one, or cannot be loaded.
    """

    rows_at_a_time = 8192

    def __init__(self, settings: TextCleaning, device: str) -> None:
        folder = pinned_folder(settings, KEY)
        self.name, self._revision = str(settings.backbone), str(settings.revision)
        self._batch_size, self._device = settings.batch_size, device
        self.recipe = read_recipe(folder, KEY)
        self._network, _ = load_network(folder / self.recipe.weights, device, KEY)
        self._tokenizer = from_folder("AutoTokenizer", folder / self.recipe.weights, KEY)
        self._tokenizer.padding_side = "right"
        self._tokenizer.pad_token = self._tokenizer.pad_token or self._tokenizer.eos_token
        self.max_length = self.recipe.max_length or self._longest()
        self._n_cut = self._n_texts = 0

    def vectors(self, texts: NDArray[np.object_], advance: Advance) -> NDArray[np.float32]:
        """Return one vector per text.

        Parameters
        ----------
        texts : str array of shape (n_samples,)
            Cleaned ones.
        advance : callable
            Is told the number of texts done, batch by batch.

        Returns
        -------
        float32 array of shape (n_samples, n_features)
        """
        tokens = self._tokens(texts)
        order, vectors = [], []
        for length, rows in self._batches(tokens["input_ids"]):
            full = np.resize(rows, self._batch_size)
            batch = {name: [values[row] for row in full] for name, values in tokens.items()}
            order.append(rows)
            vectors.append(self._forward(batch, length)[: len(rows)])
            advance(len(rows))
        return np.concatenate(vectors)[np.argsort(np.concatenate(order))]

    def note(self, n_features: int) -> str:
        """Say for the report what made the vectors, and how much of the texts it did not see."""
        return (
            f"Each text is a vector of {n_features} numbers, made by the frozen network {self.name}"
            f" (revision {self._revision[:12]}, {self.recipe.pooling} over its tokens); of {self._n_cut}"
            f" of {self._n_texts} texts it read the first {self.max_length} tokens only."
        )

    def _longest(self) -> int:
        positions = getattr(self._network.config, "max_position_embeddings", MAX_LENGTH)
        return int(min(self._tokenizer.model_max_length, positions, MAX_LENGTH))

    def _tokens(self, texts: NDArray[np.object_]) -> dict[str, list[list[int]]]:
        as_list = [text.lower() if self.recipe.lower_case else text for text in texts.tolist()]
        tokens = self._tokenizer(as_list, truncation=True, max_length=self.max_length)
        self._n_texts += len(as_list)
        self._n_cut += sum(bool(encoding.overflowing) for encoding in tokens.encodings or [])
        return dict(tokens)

    def _batches(self, tokens: list[list[int]]) -> Iterator[tuple[int, NDArray[np.intp]]]:
        lengths = np.array([max(len(row), 1) for row in tokens])
        padded = np.minimum(-(-lengths // STEP) * STEP, self.max_length)
        for length in np.unique(padded):
            rows = np.flatnonzero(padded == length)
            for start in range(0, len(rows), self._batch_size):
                yield int(length), rows[start : start + self._batch_size]

    def _forward(self, batch: dict[str, list[list[int]]], length: int) -> NDArray[np.float32]:
        import torch

        inputs = self._tokenizer.pad(
            batch, padding="max_length", max_length=length, return_tensors="pt"
        ).to(self._device)
        with torch.inference_mode():
            states = self._network(**inputs).last_hidden_state
            vectors = POOL[self.recipe.pooling](states, inputs["attention_mask"])
            return _finished(vectors, self.recipe).cpu().numpy()


def _finished(vectors: Any, recipe: Recipe) -> Any:
    from torch.nn import functional as F

    return F.normalize(vectors, dim=1) if recipe.normalize else vectors


def _mean(states: Any, mask: Any) -> Any:
    weights = mask.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1e-9)


def _largest(states: Any, mask: Any) -> Any:
    return states.masked_fill(mask.unsqueeze(-1) == 0, -float("inf")).amax(dim=1)


def _last(states: Any, mask: Any) -> Any:
    last = mask.sum(dim=1).clamp(min=1) - 1
    return states[range(len(states)), last]


POOL: dict[str, Callable[[Any, Any], Any]] = {
    "mean": _mean,
    "cls": lambda states, mask: states[:, 0],
    "max": _largest,
    "lasttoken": _last,
}
