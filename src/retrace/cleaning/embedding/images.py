"""Images in, vectors out: the network's own scaling, a frozen network, one vector per image."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrace.cleaning.embedding.network import from_folder, load_network
from retrace.cleaning.embedding.pinned import pinned_folder
from retrace.cleaning.embedding.progress import Advance
from retrace.core.errors import ModelError
from retrace.core.params import ImageCleaning

KEY = "preprocess.image"


class ImageBackbone:
    """A frozen network that makes a vector of each image.

    Parameters
    ----------
    settings : ImageCleaning
        ``backbone``, ``revision`` and ``batch_size``.
    device : {"cpu", "cuda"}
        Where it runs.

    Raises
    ------
    ModelError
        The network cannot be had, is not the pinned one, or cannot be loaded.
    """

    rows_at_a_time = 1024  # photos of 224 pixels: 150 MB

    def __init__(self, settings: ImageCleaning, device: str) -> None:
        folder = pinned_folder(settings, KEY)
        self.name, self._revision = str(settings.backbone), str(settings.revision)
        self._batch_size, self._device = settings.batch_size, device
        self._network, self._has_pooler = load_network(folder, device, KEY)
        # Pillow's arithmetic, also where torchvision is installed: its pixels differ in the last bits.
        self._processor = from_folder("AutoImageProcessor", folder, KEY, backend="pil")

    def vectors(self, images: NDArray[np.uint8], advance: Advance) -> NDArray[np.float32]:
        """Return one vector per image.

        Parameters
        ----------
        images : uint8 array of shape (n_samples, height, width, channels)
            Grey (1 channel) or RGB (3).
        advance : callable
            Is told the number of images done, batch by batch.

        Returns
        -------
        float32 array of shape (n_samples, n_features)

        Raises
        ------
        ModelError
            The images have another number of channels.
        """
        if images.shape[-1] not in {1, 3}:
            raise ModelError(
                f"{KEY}.backbone: '{self.name}' takes grey or RGB images, got {images.shape[-1]}"
                f" channels: set {KEY}.channels: 3"
            )
        # Always the same shape, the last batch filled up with its own images: torch chooses by the shape
        # how to add up, so an image that stands alone would get other last bits.
        full = (self._batch_size, *images.shape[1:])
        vectors = []
        for start in range(0, len(images), self._batch_size):
            batch = images[start : start + self._batch_size]
            vectors.append(self._forward(np.resize(batch, full))[: len(batch)])
            advance(len(batch))
        return np.concatenate(vectors)

    def note(self, n_features: int) -> str:
        """Say for the report what made the vectors."""
        return (
            f"Each image is a vector of {n_features} numbers, made by the frozen network {self.name}"
            f" (revision {self._revision[:12]})."
        )

    def _forward(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        import torch

        rgb = np.broadcast_to(batch, (*batch.shape[:-1], 3))
        inputs = self._processor(list(rgb), return_tensors="pt", input_data_format="channels_last")
        # A network of images and texts (CLIP) has a function for each.
        run = getattr(self._network, "get_image_features", self._network)
        with torch.inference_mode():
            return _pooled(run(**inputs.to(self._device)), self._has_pooler).cpu().numpy()


def _pooled(output: Any, has_pooler: bool) -> Any:
    """Return the network's own pooling, or else the mean over places or tokens."""
    if has_pooler and getattr(output, "pooler_output", None) is not None:
        return output.pooler_output.flatten(1)
    states = output.last_hidden_state
    return states.mean(dim=(2, 3)) if states.ndim == 4 else states.mean(dim=1)
