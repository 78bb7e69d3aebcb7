"""One image file in, its facts or its pixels out; opened by what is in it, whatever its name says."""

import hashlib
import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, PngImagePlugin, UnidentifiedImageError

from retrace.core.errors import DataError
from retrace.images.pixels import Fit, UnreadableImageError, convert, to_pixels

# Not all that Pillow knows: EPS, for one, would be handed to a program outside.
FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "PPM")

LONGEST_TEXT = 2**26  # bytes of text in a PNG; more is a trap, not a description

LYING = range(5, 9)  # values of EXIF's orientation

CHANGED = "the folder changed since it was read: run `dvc repro read_data`"


@dataclass(frozen=True, kw_only=True)
class ImageFacts:
    """What is known of an image file that can be read.

    Attributes
    ----------
    contents : bytes
        A hash of the file.
    width, height : int
        In pixels, as the image is meant to be seen.
    mode, format : str
        As Pillow calls them, such as ``"RGB"`` and ``"JPEG"``.
    bits : int
        How many bits the brightest pixel takes; 8 for images of 8 bits.
    """

    contents: bytes
    width: int
    height: int
    mode: str
    format: str
    bits: int = 8


def read_facts(path: str) -> ImageFacts:
    """Decode an image file as far as it takes to know that this is possible.

    Raises
    ------
    UnreadableImageError
        The file is missing, empty, cut off, no image, or too large to be one.
    """
    with _opened(path) as (image, content):
        width, height = image.size
        mode, kind = image.mode, str(image.format)
        image.draft(None, (1, 1))  # a JPEG's every byte is read, but an eighth of its size made
        convert(image, "RGB")
        if _orientation(image) in LYING:
            width, height = height, width
        return ImageFacts(
            contents=hashlib.blake2b(content, digest_size=16).digest(),
            width=width,
            height=height,
            mode=mode,
            format=kind,
            bits=int(np.asarray(image).max()).bit_length() if mode[0] == "I" else 8,
        )


def read_pixels(
    path: str, *, size: int | None, channels: int, fit: Fit, bits: int = 16
) -> NDArray[np.uint8]:
    """Decode an image file: its first frame, the right way up.

    Parameters
    ----------
    path : str
        The file.
    size, channels, fit, bits
        As `to_pixels` takes them.

    Returns
    -------
    uint8 array of shape (height, width, channels)

    Raises
    ------
    UnreadableImageError
        As `read_facts` does.
    """
    with _opened(path) as (image, _):
        if size is not None and min(image.size) >= 4 * size:
            # A JPEG can be made at a half, a quarter or an eighth of its size, in much less time; twice
            # the size that is asked for leaves the rest to the resampling.
            image.draft(None, (2 * size, 2 * size))
        if _orientation(image) > 1:
            ImageOps.exif_transpose(image, in_place=True)
        return to_pixels(image, size=size, channels=channels, fit=fit, bits=bits)


def read_all_facts(paths: Sequence[str]) -> list[ImageFacts | str]:
    """Return the facts of each image file, or why it cannot be read."""
    return [_facts_or_reason(path) for path in paths]


def read_all_pixels(
    paths: Sequence[str], *, shape: tuple[int, int, int], size: int | None, fit: Fit, bits: int = 16
) -> NDArray[np.uint8]:
    """Return the pixels of image files, shape (n_samples, *shape); for the rest see `read_pixels`.

    Raises
    ------
    DataError
        A file cannot be read any more, or is of another size than it was.
    """
    batch = np.empty((len(paths), *shape), dtype=np.uint8)
    for position, path in enumerate(paths):
        try:
            pixels = read_pixels(path, size=size, channels=shape[-1], fit=fit, bits=bits)
        except UnreadableImageError as error:
            raise DataError(f"{path} can no longer be read ({error}): {CHANGED}") from error
        if pixels.shape != shape:
            raise DataError(f"{path} has another size than it had: {CHANGED}")
        batch[position] = pixels
    return batch


def _facts_or_reason(path: str) -> ImageFacts | str:
    try:
        return read_facts(path)
    except UnreadableImageError as error:
        return str(error)


@contextmanager
def _opened(path: str) -> Iterator[tuple[Image.Image, bytes]]:
    with _explained():
        with io.FileIO(path) as file:  # the quickest way to a small file's bytes
            content = file.readall()
        if not content:
            raise UnreadableImageError("empty file")
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            yield image, content


@contextmanager
def _explained() -> Iterator[None]:
    try:
        # A sound PNG of a camera or a microscope may hold megabytes of metadata or a colour profile.
        PngImagePlugin.MAX_TEXT_CHUNK = LONGEST_TEXT
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of bad EXIF data; the pixels are what counts
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (UnreadableImageError, MemoryError):
        raise
    except UnidentifiedImageError:
        raise UnreadableImageError(f"no image of a known format ({', '.join(FORMATS)})") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        limit = f"{Image.MAX_IMAGE_PIXELS:,}"
        raise UnreadableImageError(f"more than {limit} pixels: too large to decode safely") from None
    except FileNotFoundError:
        raise UnreadableImageError("a link that leads nowhere, or no longer there") from None
    except PermissionError as error:
        raise UnreadableImageError(f"cannot be read: {error.strerror}") from None
    except Exception as error:  # a damaged image can raise anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UnreadableImageError(f"damaged: {reason}") from error


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # damaged EXIF data raise anything; the pixels are none the worse for it
        return 1
