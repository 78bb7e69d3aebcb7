import os
from pathlib import Path

import pytest

from retrace.core.errors import DataError
from retrace.readers.shared.class_folders import find_files, natural_order


def fill(folder, *paths):
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path)
    return folder


def test_each_sub_folder_is_a_class(tmp_path):
    files, notes = find_files(fill(tmp_path / "x", "snow/1", "rain/2 b", "rain/1"))
    assert files["id"].tolist() == ["rain/1", "rain/2 b", "snow/1"]
    assert files["label"].tolist() == ["rain", "rain", "snow"]
    assert files["path"][0] == (tmp_path / "x/rain/1").as_posix()
    assert files["part"].isna().all()
    assert notes == ()


def test_folders_named_as_parts_fix_the_parts(tmp_path):
    files, _ = find_files(fill(tmp_path, "train/a/1", "train/b/1", "Val/a/2", "test/b/2"))
    assert files["part"].tolist() == ["validation", "test", "train", "train"]
    assert files["label"].tolist() == ["a", "b", "a", "b"]


def test_a_class_may_be_called_train(tmp_path):
    files, notes = find_files(fill(tmp_path, "train/1", "test/1"))
    assert files["label"].tolist() == ["test", "train"]
    assert "The classes are called test and train, as parts are" in notes[0]
    assert files["part"].isna().all()


def test_hidden_files_are_passed_over_and_others_beside_the_classes_noted(tmp_path):
    litter = ["a/.DS_Store", "a/Thumbs.db", ".git/x", "__MACOSX/a/._1", "a/.thumbs/1"]
    files, notes = find_files(fill(tmp_path, "a/1", "b/1", "LICENSE", "manifest.csv", *litter))
    assert files["id"].tolist() == ["a/1", "b/1"]
    assert notes == ("2 files lie beside the class folders and in no class: LICENSE, manifest.csv.",)


def test_an_umlaut_has_one_spelling(tmp_path):
    fill(tmp_path, "Nebel u\u0308ber/Screenshot 3\u202fPM", "a/1")
    files, _ = find_files(tmp_path)
    assert files["label"].tolist() == ["Nebel über", "a"]


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["1.jpg", "2.jpg"], "has no class folders: give each class a sub-folder of its own"),
        (["a/1", "a/2"], r"has one class only \('a'\)"),
        (["a/1", "b/.hidden"], "b holds no files: put files of the class there or remove"),
        (["a/1", "b/deep/1"], "b/deep is a folder inside a class: put its files into"),
        (["train/a/1", "train/b/1", "test/1"], "test has no class folders"),
        (["val/a/1", "valid/b/1"], r"two folders for one part \(val, valid\)"),
        (
            ["train/a/1", "train/b/1", "more/c/1"],
            "more/c is a folder inside a class",
        ),
    ],
)
def test_what_is_no_folder_of_classes_is_refused(tmp_path, paths, message):
    with pytest.raises(DataError, match=message):
        find_files(fill(tmp_path, *paths))


def test_a_linked_folder_is_refused_for_dvc_does_not_follow_it(tmp_path):
    fill(tmp_path, "x/a/1", "elsewhere/1")
    (tmp_path / "x/b").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DataError, match="x/b is a link to a folder, which DVC does not follow"):
        find_files(tmp_path / "x")


def test_a_missing_folder_says_where_to_put_or_get_it(tmp_path):
    with pytest.raises(DataError, match="put the folder there and run `dvc add"):
        find_files(tmp_path / "x")
    (tmp_path / "x.dvc").touch()
    with pytest.raises(DataError, match="run `dvc pull"):
        find_files(tmp_path / "x")


@pytest.mark.parametrize("name", [b"caf\xe9", b"two\nlines"])
def test_names_that_no_table_can_hold_are_refused(tmp_path, name):
    fill(tmp_path, "a/1", "b/1")
    Path(os.fsdecode(os.fsencode(tmp_path / "a") + b"/" + name)).touch()
    with pytest.raises(DataError, match="1 file names are not UTF-8 or hold control characters"):
        find_files(tmp_path)


def test_names_are_sorted_as_people_do():
    assert natural_order(["10", "b", "9", "a2", "a10", "a"]) == ["9", "10", "a", "a2", "a10", "b"]


def test_training_and_testing_are_parts(tmp_path):
    fill(tmp_path, "Training/cat/1", "Training/dog/2", "Testing/cat/3", "Testing/dog/4")
    files, _ = find_files(tmp_path)
    assert files["part"].tolist() == ["test", "test", "train", "train"]


def test_a_folder_of_its_own_around_all_says_what_to_move(tmp_path):
    fill(tmp_path, "data/cat/1", "data/dog/2")
    with pytest.raises(DataError, match="holds but one folder, data, of folders: move cat, dog up into"):
        find_files(tmp_path)


def test_a_folder_that_is_no_part_among_parts_is_named(tmp_path):
    fill(tmp_path, "train/cat/1", "train/dog/2", "extra/cat/3")
    with pytest.raises(
        DataError, match="cat is a folder inside a class, or extra should be a part like"
    ):
        find_files(tmp_path)


def test_a_pipe_is_refused_before_anyone_waits_for_it(tmp_path):
    fill(tmp_path, "cat/1", "dog/2")
    os.mkfifo(tmp_path / "dog" / "pipe")
    with pytest.raises(DataError, match="pipe is no file but a pipe"):
        find_files(tmp_path)


def test_a_folder_without_rights_is_one_line(tmp_path, monkeypatch):
    fill(tmp_path, "cat/1", "dog/2")

    seen = Path.iterdir

    def refuse(path):  # the tests may run as root, who may read everything
        if path.name == "cat":
            raise PermissionError(13, "Permission denied", str(path))
        return seen(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(DataError, match="cannot be read: Permission denied: mend its rights"):
        find_files(tmp_path)


@pytest.mark.parametrize("names", [("Training_Set", "Test_Set"), ("train_images", "test-data")])
def test_more_names_of_parts_are_known(tmp_path, names):
    files, _ = find_files(fill(tmp_path, f"{names[0]}/a/1", f"{names[0]}/b/1", f"{names[1]}/a/1"))
    assert set(files["part"]) == {"train", "test"}


def test_white_space_makes_no_class_of_its_own_and_near_twins_are_named(tmp_path):
    files, notes = find_files(fill(tmp_path, "cat/1", "cat /2", "Cat/3", "dog/4"))
    assert set(files["label"]) == {"cat", "Cat", "dog"}
    assert notes == ("Near-twins are classes of their own: 'Cat' and 'cat'.",)
