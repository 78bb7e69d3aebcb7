"""Do image files have the same pixels on other processors? Hashes of what is decoded and resized.

    python benchmarks/pixels.py
    qemu-x86_64 -cpu Haswell "$(which python)" benchmarks/pixels.py

must print the same, and so must JSIMD_FORCENONE=1, which holds libjpeg-turbo back. The files are made
here, so that what encodes them is compared as well.
"""

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

import numpy as np
from PIL import Image

from retrace.images.files import read_pixels

SIZES = ((37, 23), (64, 64), (301, 200), (640, 480))

KINDS: dict[str, dict[str, Any]] = {
    "colours at half size.jpg": {"quality": 75},
    "colours in full.jpg": {"quality": 95, "subsampling": 0},
    "progressive.jpg": {"quality": 85, "progressive": True},
    "grey.jpg": {"mode": "L"},
    "inks.jpg": {"mode": "CMYK"},
    "lossy.webp": {"quality": 80},
    "lossless.webp": {"lossless": True},
    "colours.png": {},
    "palette.gif": {},
    "packed.tiff": {"compression": "tiff_adobe_deflate"},
    "plain.bmp": {},
}

ASKED = ((None, "stretch"), (32, "stretch"), (64, "crop"), (224, "pad"))


def main() -> None:
    """Print a hash of the files and one of their pixels for each kind of file."""
    with tempfile.TemporaryDirectory(prefix="retrace-pixels-") as folder:
        for kind, options in KINDS.items():
            paths = _make_files(Path(folder), kind, dict(options))
            pixels = (
                read_pixels(str(path), size=size, channels=3, fit=fit)
                for path in paths
                for size, fit in ASKED
            )
            files = _hashed(path.read_bytes() for path in paths)
            print(f"{kind}: files {files}, pixels {_hashed(map(np.ndarray.tobytes, pixels))}")


def _make_files(folder: Path, kind: str, options: dict[str, Any]) -> list[Path]:
    mode, paths = options.pop("mode", "RGB"), []
    for number, size in enumerate(SIZES):
        paths.append(folder / f"{number} {kind}")
        _photo(*size, seed=number).convert(mode).save(paths[-1], **options)
    return paths


def _photo(width: int, height: int, seed: int) -> Image.Image:
    """Make up light that changes slowly, and noise: whole numbers, which are the same everywhere."""
    noise = np.random.default_rng(seed).integers(0, 64, (height, width, 3))
    row, column, colour = np.ogrid[:height, :width, :3]
    light = (row * 3 + column * 2 + colour * 40) // 4 % 192
    return Image.fromarray((light + noise).astype(np.uint8))


def _hashed(contents: Any) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    main()
