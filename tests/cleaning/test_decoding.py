import numpy as np
import pandas as pd
import pytest

from photos import photo
from retrace.cleaning import decoding
from retrace.cleaning.decoding import decode, decode_batches
from retrace.core.errors import DataError


@pytest.fixture
def small(image_cleaning):
    return image_cleaning(size=6, channels=None, fit="stretch")


@pytest.fixture
def files(tmp_path):
    sizes = [(24, 16), (16, 24), (20, 20)] * 12
    for i, size in enumerate(sizes):
        photo(*size, seed=i).save(tmp_path / f"{i}.png")
    paths = [str(tmp_path / f"{i}.png") for i in range(len(sizes))]
    return pd.DataFrame({"path": paths, "width": [w for w, _ in sizes], "height": [h for _, h in sizes]})


def test_the_number_of_workers_changes_no_byte(files, small, monkeypatch):
    monkeypatch.setattr(decoding, "BATCH_FILES", 2)  # enough batches that processes are started
    alone, together = (decode(files, small, workers) for workers in (1, 2))
    assert alone.tobytes() == together.tobytes()
    assert alone.shape == (36, 6, 6, 3)


def test_batches_are_small_and_in_order(files, small, monkeypatch):
    monkeypatch.setattr(decoding, "BATCH_BYTES", 5 * 20 * 20 * 3)
    batches = list(decode_batches(files, small))
    assert max(map(len, batches)) <= 5
    np.testing.assert_array_equal(np.concatenate(batches), decode(files, small))


def test_images_of_one_size_need_no_other(files, image_cleaning):
    pixels = decode(files[::3].reset_index(), image_cleaning(size=None, channels=1, fit="stretch"))
    assert pixels.shape == (12, 16, 24, 1)


def test_images_of_several_sizes_need_one(files, image_cleaning):
    with pytest.raises(DataError, match=r"3 different sizes \(.*20x20 in 12.*preprocess.image.size"):
        decode(files, image_cleaning(size=None, channels=3, fit="stretch"))
