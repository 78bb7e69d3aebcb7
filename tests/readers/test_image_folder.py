import pickle

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from ruamel.yaml import YAML

from photos import READABLE, UNREADABLE, make_folder, photo
from retrace.cleaning.decoding import decode
from retrace.core.errors import DataError, ParamsError
from retrace.core.params import ImageCleaning
from retrace.readers import image_folder, read

DESCRIPTION = {
    "title": "Photos",
    "task": "classification",
    "kind": "image",
    "reader": "image_folder",
    "licence": "none",
}


@pytest.fixture
def folder(tmp_path):
    return make_folder(tmp_path / "photos")


def read_folder(folder, **keys):
    with folder.with_suffix(".yaml").open("w") as file:
        YAML().dump(DESCRIPTION | keys, file)
    return read(folder.name, folder.parent)


def spoil(folder):
    for name, (write, _) in UNREADABLE.items():
        write(folder / "snow" / name)


def test_raw_is_a_table_of_files_not_pixels(folder):
    dataset = read_folder(folder)
    assert isinstance(dataset.X, pd.DataFrame)
    assert dataset.X["path"][0] == f"{folder.as_posix()}/rain/0.png"
    assert dataset.X[["width", "height", "mode", "format"]].iloc[0].tolist() == [24, 16, "RGB", "PNG"]
    assert dataset.ids[0] == "rain/0.png"
    assert dataset.classes == ("rain", "snow")
    assert np.bincount(dataset.y).tolist() == [4, 4]
    assert (dataset.fixed_part, dataset.notes) == (None, ())


def test_every_dirty_file_that_can_be_read_is_read(folder):
    for name, write in READABLE.items():
        write(folder / "rain" / name)
    dataset = read_folder(folder)
    assert set(dataset.ids) >= {f"rain/{name}" for name in READABLE}
    found = dataset.X.set_index(dataset.ids)["format"]
    assert found[["rain/png.jpg", "rain/bmp.jpg", "rain/gif.jpg"]].tolist() == ["PNG", "BMP", "GIF"]


def test_all_files_that_cannot_be_read_are_listed(folder):
    spoil(folder)
    with pytest.raises(DataError, match="7 of 15 files cannot be read as images") as error:
        read_folder(folder)
    for name, (_, reason) in UNREADABLE.items():
        assert f"snow/{name} (" in str(error.value)
        assert reason in str(error.value)
    assert "set `unreadable: skip` in" in str(error.value)


def test_skipped_files_are_counted_in_a_note(folder):
    spoil(folder)
    dataset = read_folder(folder, unreadable="skip")
    assert len(dataset) == len(dataset.X) == len(dataset.row_hash) == 8
    count = "7 of 15 files could not be read and were skipped: snow/bomb.png (more than"
    assert dataset.notes[0].startswith(count)
    assert "snow/half.png (damaged: image file is truncated)" in dataset.notes[0]


def test_a_long_list_is_printed_whole_and_cut_in_the_message(folder, capsys):
    for i in range(30):
        (folder / f"rain/{i}.txt").touch()
    with pytest.raises(DataError, match=r"rain/17.txt \(empty file\) and 20 more"):
        read_folder(folder)
    assert len(capsys.readouterr().err.splitlines()) == 30


def test_a_class_of_which_nothing_can_be_read_is_refused(folder):
    for file in (folder / "rain").iterdir():
        file.write_bytes(b"")
    with pytest.raises(DataError, match="no file of class 'rain' can be read as an image"):
        read_folder(folder, unreadable="skip")


def test_equal_files_of_a_class_have_equal_hashes_and_of_two_classes_a_note(folder):
    for path in ("rain/again.png", "snow/taken for rain.png"):
        (folder / path).write_bytes((folder / "rain/0.png").read_bytes())
    dataset = read_folder(folder)
    hashes = dict(zip(dataset.ids, dataset.row_hash, strict=True))
    assert hashes["rain/0.png"] == hashes["rain/again.png"] != hashes["snow/taken for rain.png"]
    assert dataset.notes == (
        "1 file repeats another of its class byte by byte.",
        "1 image lies in more than one class: rain/0.png and snow/taken for rain.png.",
    )


def test_folders_named_as_parts_fix_the_parts(tmp_path):
    for part in ("train", "test"):
        make_folder(tmp_path / "photos" / part)
    dataset = read_folder(tmp_path / "photos")
    assert dataset.fixed_part.tolist() == ["test"] * 8 + ["train"] * 8
    assert dataset.classes == ("rain", "snow")


def test_classes_that_are_numbers_stand_in_their_order(tmp_path):
    dataset = read_folder(make_folder(tmp_path / "photos", classes=("10", "9"), n=1))
    assert dataset.classes == ("9", "10")
    assert dataset.y.tolist() == [1, 0]


def test_the_number_of_workers_changes_no_byte(folder, monkeypatch):
    monkeypatch.setattr(image_folder, "CHUNK_FILES", 1)  # enough chunks that processes are started
    for i in range(20):
        photo(4, 4, seed=i).save(folder / f"rain/many {i}.png")
    written = set()
    for workers in ("1", "2"):
        monkeypatch.setenv("LOKY_MAX_CPU_COUNT", workers)
        written.add(pickle.dumps(read_folder(folder)))
    assert len(written) == 1


def test_a_wrong_word_for_unreadable_is_named(folder):
    with pytest.raises(ParamsError, match=r"unreadable: got 'ignore'.*should be 'stop' or 'skip'"):
        read_folder(folder, unreadable="ignore")


@pytest.fixture
def scans(tmp_path):
    """Images of 12 bits in 16, as scanners write them."""
    generator = np.random.default_rng(0)
    for number in range(6):
        path = tmp_path / "scans" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(generator.integers(0, 4096, (8, 8), dtype=np.uint16)).save(path)
    return tmp_path / "scans"


def test_images_that_leave_bits_unused_are_refused_until_their_range_is_said(scans):
    with pytest.raises(DataError, match=r"6 images of 16 bits use 12 of them .*: set `bits: 12` in"):
        read_folder(scans)
    X = read_folder(scans, bits=12).X
    cleaning = ImageCleaning(
        size=None, channels=1, fit="stretch", backbone=None, revision=None, batch_size=1
    )
    assert len(np.unique(decode(X, cleaning, workers=1))) > 100
    assert "bits" in read_folder(scans, bits=16).X


def test_a_range_that_an_image_exceeds_is_refused(scans):
    with pytest.raises(DataError, match="bits: got 10, but an image uses 12"):
        read_folder(scans, bits=10)


@pytest.mark.parametrize(("mode", "said"), [("L", True), ("1", True), ("RGB", False)])
def test_how_grey_images_keep_one_channel_is_said(tmp_path, mode, said):
    for name in ("cat", "dog"):
        (tmp_path / "grey" / name).mkdir(parents=True)
        photo().convert(mode).save(tmp_path / "grey" / name / "a.png")
    notes = read_folder(tmp_path / "grey").notes
    assert any("`preprocess.image.channels: 1` keeps them so" in note for note in notes) == said
