"""An image of any mode and size in, uint8 pixels of a given shape out."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

MODES = {1: "L", 3: "RGB", 4: "RGBA"}

Fit = Literal["stretch", "crop", "pad"]


class UnreadableImageError(Exception):
    """Why a file is not an image that can be used; meant to be listed, not to end a run."""


def to_pixels(
    image: Image.Image, *, size: int | None, channels: int, fit: Fit, bits: int = 16
) -> NDArray[np.uint8]:
    """Bring an image to a size and a number of channels.

    Parameters
    ----------
    image : Image
        Of any mode; 16 bits a pixel become 8, and what is transparent becomes white unless
        ``channels`` is 4.
    size : int or None
        Side of the square in pixels; None leaves the image as it is.
    channels : {1, 3, 4}
        Grey, red-green-blue, or these with opacity.
    fit : {"stretch", "crop", "pad"}
        Stretch the image to a square, cut the middle out, or add black edges.
    bits : int
        How many of the 16 bits of such an image are in use: scanners often fill 12.

    Returns
    -------
    uint8 array of shape (height, width, channels)

    Raises
    ------
    UnreadableImageError
        The range of its pixels is not known.
    """
    converted = convert(image, MODES[channels], bits)
    if size is not None and converted.size != (size, size):
        converted = FITS[fit](converted, size)
    pixels = np.asarray(converted)
    return pixels[..., np.newaxis] if pixels.ndim == 2 else pixels


def convert(image: Image.Image, mode: str, bits: int = 16) -> Image.Image:
    """Return an image in mode ``"L"``, ``"RGB"`` or ``"RGBA"``; for the rest see `to_pixels`."""
    image.load()
    # An image of the right mode may still name a colour that is transparent (tRNS of a PNG).
    transparent = mode != "RGBA" and image.has_transparency_data
    if image.mode == mode and not transparent:
        return image
    image = _eight_bits(image, bits)
    if not transparent:
        return image.convert(mode)
    rgba = image.convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    return Image.alpha_composite(white, rgba).convert(mode)


def _stretch(image: Image.Image, size: int) -> Image.Image:
    return image.resize((size, size), Image.Resampling.BILINEAR)


def _crop(image: Image.Image, size: int) -> Image.Image:
    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    box = (left, top, left + side, top + side)
    return image.resize((size, size), Image.Resampling.BILINEAR, box=box)


def _pad(image: Image.Image, size: int) -> Image.Image:
    longest = max(image.size)
    width, height = (max(1, round(pixels * size / longest)) for pixels in image.size)
    square = Image.new(image.mode, (size, size))
    inner = image.resize((width, height), Image.Resampling.BILINEAR)
    square.paste(inner, ((size - width) // 2, (size - height) // 2))
    return square


FITS = {"stretch": _stretch, "crop": _crop, "pad": _pad}


def _eight_bits(image: Image.Image, bits: int) -> Image.Image:
    _require_known_range(image)
    if image.mode[0] != "I":
        return image
    pixels = np.asarray(image).astype(np.int64) >> (bits - 8)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _require_known_range(image: Image.Image) -> None:
    if image.mode == "F" or (image.mode == "I" and image.format not in {"PNG", "PPM"}):
        raise UnreadableImageError(
            f"pixels of mode {image.mode}, whose range is not known: save as 8 bits"
        )
