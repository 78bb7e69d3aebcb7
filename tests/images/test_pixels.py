import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from photos import photo
from project import ROOT
from retrace.images.pixels import UnreadableImageError, to_pixels

WHOLE = {"size": None, "fit": "stretch"}


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "CMYK", "YCbCr"])
def test_any_mode_becomes_the_asked_number_of_channels(mode, channels):
    pixels = to_pixels(photo().convert(mode), channels=channels, **WHOLE)
    assert pixels.shape == (16, 24, channels)
    assert pixels.dtype == np.uint8
    assert (pixels[-1, -1] >= 250).all()  # the white corner


def test_what_is_transparent_becomes_white_and_not_what_lies_under_it():
    hidden = Image.new("RGBA", (4, 4), (200, 0, 0, 0))
    assert (to_pixels(hidden, channels=3, **WHOLE) == 255).all()
    assert (to_pixels(hidden, channels=4, **WHOLE)[..., 3] == 0).all()


def test_sixteen_bits_become_eight_and_are_not_cut_off():
    grey = np.array([[0, 255, 256, 65535]], dtype=np.uint16)
    assert to_pixels(Image.fromarray(grey), channels=1, **WHOLE).ravel().tolist() == [0, 0, 1, 255]


def test_twelve_bits_in_sixteen_fill_eight_where_that_is_said():
    grey = Image.fromarray(np.array([[0, 16, 2048, 4095]], dtype=np.uint16))
    assert to_pixels(grey, channels=1, bits=12, **WHOLE).ravel().tolist() == [0, 1, 128, 255]


@pytest.mark.parametrize(("mode", "colour"), [("RGB", (255, 0, 0)), ("L", 76)])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_colour_that_is_transparent_becomes_white(tmp_path, mode, colour, channels):
    Image.new(mode, (4, 4), colour).save(tmp_path / "a.png", transparency=colour)
    with Image.open(tmp_path / "a.png") as image:
        assert (to_pixels(image, channels=channels, **WHOLE) == 255).all()


def test_pixels_of_unknown_range_are_refused():
    with pytest.raises(UnreadableImageError, match="mode F, whose range is not known"):
        to_pixels(Image.new("F", (3, 3)), channels=3, **WHOLE)


def corners(pixels):
    return [tuple(pixels[y, x] > 128) for y in (0, -1) for x in (0, -1)]


def test_stretch_keeps_the_corners():
    pixels = to_pixels(photo(240, 160), size=32, channels=3, fit="stretch")
    assert corners(pixels) == [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)]


def test_crop_cuts_the_middle_out():
    wide = Image.new("RGB", (30, 10), "red")
    wide.paste((0, 0, 255), (10, 0, 20, 10))
    pixels = to_pixels(wide, size=5, channels=3, fit="crop")
    assert (pixels[:, 1:-1] == [0, 0, 255]).all()  # an edge mixes with what is beside it


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (2000, 3)])
def test_pad_shows_the_whole_image_between_black_edges(size):
    pixels = to_pixels(Image.new("RGB", size, "white"), size=30, channels=3, fit="pad")
    seen = (pixels > 128).all(axis=2)
    longest = max(size)
    assert seen.sum() == pytest.approx(
        max(1, 30 * size[0] // longest) * max(1, 30 * size[1] // longest), rel=0.1
    )
    assert seen[15, 15] or seen[14, 14]


# Without the large photo, which takes most of the time.
COMPARED = f"""
import runpy
main = runpy.run_path({str(ROOT / "benchmarks/pixels.py")!r})["main"]
main.__globals__["SIZES"] = main.__globals__["SIZES"][:3]
main()
"""


@pytest.mark.slow
def test_files_and_pixels_are_the_same_without_vector_instructions_of_the_processor(capsys):
    slow = subprocess.run(
        [sys.executable, "-c", COMPARED],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "JSIMD_FORCENONE": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    exec(COMPARED, {})
    plain = capsys.readouterr().out
    assert "progressive.jpg" in plain
    assert slow == plain
