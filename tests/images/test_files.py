import io

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from photos import READABLE, UNREADABLE, photo, turned
from retrace.core.errors import DataError
from retrace.images.files import read_all_facts, read_all_pixels, read_facts, read_pixels

WHOLE = {"size": None, "channels": 3, "fit": "stretch"}
COLOURS = {"grey.png", "sixteen.png", "bilevel.png"}


@pytest.mark.parametrize("name", READABLE)
def test_an_image_is_read_by_what_is_in_it(tmp_path, name):
    READABLE[name](tmp_path / name)
    pixels = read_pixels(tmp_path / name, **WHOLE)
    facts = read_all_facts([tmp_path / name])[0]
    assert pixels.shape == (facts.height, facts.width, 3) == (16, 24, 3)
    if name not in COLOURS:
        expected = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]
        found = [pixels[y, x] for y in (1, -2) for x in (1, -2)]
        np.testing.assert_allclose(found, expected, atol=15)


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_is_no_image_says_why(tmp_path, name):
    write, reason = UNREADABLE[name]
    write(tmp_path / name)
    assert reason in read_all_facts([tmp_path / name])[0]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_of_exif_is_put_right(tmp_path, orientation):
    upside = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = photo() if orientation == 1 else photo().transpose(upside[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(read_pixels(tmp_path / "a.png", **WHOLE), np.asarray(photo()))
    assert read_facts(tmp_path / "a.png").width == 24


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0garbage", b"Exif\0\0MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\x63\0\0"]
)
def test_damaged_exif_data_do_not_spoil_an_image(tmp_path, exif):
    photo().save(tmp_path / "a.jpg", exif=exif)
    facts = read_facts(tmp_path / "a.jpg")
    assert read_pixels(tmp_path / "a.jpg", **WHOLE).shape == (facts.height, facts.width, 3)


def test_a_large_jpeg_is_reduced_while_it_is_decoded_and_looks_the_same(tmp_path):
    smooth = photo(24, 16).resize((960, 640), Image.Resampling.BICUBIC)
    smooth.save(tmp_path / "a.jpg", quality=95)
    pixels = read_pixels(tmp_path / "a.jpg", size=32, channels=3, fit="stretch")
    exact = np.asarray(smooth.resize((32, 32), Image.Resampling.BILINEAR))
    assert np.abs(pixels.astype(int) - exact).mean() < 2


def test_facts_know_equal_contents(tmp_path):
    for name, seed in (("a.png", 0), ("b.png", 0), ("c.png", 1)):
        photo(seed=seed).save(tmp_path / name)
    a, b, c = (read_facts(tmp_path / name).contents for name in ("a.png", "b.png", "c.png"))
    assert a == b != c


def test_a_folder_that_changed_after_it_was_read_is_named(tmp_path):
    turned(tmp_path / "a.jpg")
    shape = {"shape": (16, 24, 3), "size": None, "fit": "stretch"}
    assert read_all_pixels([tmp_path / "a.jpg"], **shape).shape == (1, 16, 24, 3)
    photo(5, 5).save(tmp_path / "a.jpg")
    with pytest.raises(DataError, match=r"another size than it had.*dvc repro read_data"):
        read_all_pixels([tmp_path / "a.jpg"], **shape)
    (tmp_path / "a.jpg").unlink()
    with pytest.raises(DataError, match="can no longer be read"):
        read_all_pixels([tmp_path / "a.jpg"], **shape)


def test_a_png_with_long_texts_is_sound(tmp_path):
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", "x" * 2_000_000, zip=True)
    photo().save(tmp_path / "a.png", pnginfo=texts)
    assert read_facts(tmp_path / "a.png").width == 24


def test_a_file_without_rights_is_not_called_damaged(tmp_path, monkeypatch):
    def refuse(path):  # the tests may run as root, who may read everything
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(io, "FileIO", refuse)
    assert read_all_facts([str(tmp_path / "a.png")]) == ["cannot be read: Permission denied"]
