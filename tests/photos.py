"""Made-up photos, clean and dirty, for tests."""

import io
import struct
import zlib

import numpy as np
from PIL import ExifTags, Image


def photo(width=24, height=16, seed=0):
    """Return a picture whose corners tell how it is turned: red, green, blue, white, on noise."""
    noise = np.random.default_rng(seed).integers(90, 110, (height, width, 3), dtype=np.uint8)
    h, w = height // 4, width // 4
    noise[:h, :w], noise[:h, -w:] = (255, 0, 0), (0, 255, 0)
    noise[-h:, :w], noise[-h:, -w:] = (0, 0, 255), (255, 255, 255)
    return Image.fromarray(noise)


def make_folder(folder, classes=("rain", "snow"), n=4, size=(24, 16)):
    """Write ``n`` photos of each class."""
    for code, name in enumerate(classes):
        (folder / name).mkdir(parents=True)
        for i in range(n):
            photo(*size, seed=100 * code + i).save(folder / name / f"{i}.png")
    return folder


def turned(path, orientation=6):
    """Write a photo that lies on its side, with the EXIF entry that says so."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    photo().transpose(Image.Transpose.ROTATE_90).save(path, exif=exif, quality=95)


def sixteen_bits(path):
    grey = np.asarray(photo().convert("L")).astype(np.uint16) * 257
    Image.fromarray(grey).save(path)


def moving(path):
    frames = [photo(seed=seed).convert("P") for seed in range(3)]
    frames[0].save(path, format="GIF", save_all=True, append_images=frames[1:])


def bomb(path):
    """Write a PNG that says of itself that it has 2,500 million pixels."""
    photo().save(path)
    content = bytearray(path.read_bytes())
    content[16:24] = struct.pack(">II", 50_000, 50_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    path.write_bytes(content)


def cut_off(path):
    photo(200, 200).save(path, format="JPEG")
    path.write_bytes(path.read_bytes()[:-2000])


READABLE = {
    "png.jpg": lambda path: photo().save(path, format="PNG"),
    "bmp.jpg": lambda path: photo().save(path, format="BMP"),
    "gif.jpg": lambda path: photo().save(path, format="GIF"),
    "moving.gif": moving,
    "grey.png": lambda path: photo().convert("L").save(path),
    "palette.png": lambda path: photo().convert("P").save(path),
    "opacity.png": lambda path: photo().convert("RGBA").save(path),
    "print.jpg": lambda path: photo().convert("CMYK").save(path),
    "sixteen.png": sixteen_bits,
    "bilevel.png": lambda path: photo().convert("1").save(path),
    "turned.jpg": turned,
    "Bild mit Ümläut.png": lambda path: photo().save(path),
    "web.webp": lambda path: photo().save(path),
    "scan.tif": lambda path: photo().save(path),
}

UNREADABLE = {
    "cut.jpg": (cut_off, "truncated"),
    "empty.jpg": (lambda path: path.write_bytes(b""), "empty file"),
    "notes.txt": (lambda path: path.write_text("seen at noon"), "no image of a known format"),
    "bomb.png": (bomb, "more than 89,478,485 pixels"),
    "gone.png": (lambda path: path.symlink_to("nowhere.png"), "a link that leads nowhere"),
    "float.tif": (
        lambda path: Image.fromarray(np.ones((4, 4), np.float32)).save(path),
        "pixels of mode F",
    ),
    "half.png": (
        lambda path: path.write_bytes(png_bytes()[:-40]),
        "damaged",
    ),
}

IGNORED = (".DS_Store", "Thumbs.db", "._0.png", "desktop.ini")


def png_bytes():
    buffer = io.BytesIO()
    photo(64, 64).save(buffer, format="PNG")
    return buffer.getvalue()
