import pytest
from ruamel.yaml import YAML

from retrace.core.errors import DataError, ParamsError
from retrace.readers import read


@pytest.fixture
def bring(tmp_path):
    def bring(files, **description):
        for path, content in files.items():
            (tmp_path / "mine" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "mine" / path).write_bytes(content.encode())
        common = {"title": "Mine", "task": "classification", "kind": "text", "licence": "none"}
        with (tmp_path / "mine.yaml").open("w") as out:
            YAML().dump(common | {"reader": "text_folder"} | description, out)
        return read("mine", tmp_path)

    return bring


def test_each_file_is_a_row_and_each_folder_a_class(bring):
    found = bring({"spam/2.txt": "buy", "spam/1.txt": "win", "ham/über uns": "hello", ".git/x": ""})
    assert found.ids.tolist() == ["ham/über uns", "spam/1.txt", "spam/2.txt"]
    assert found.X.tolist() == ["hello", "win", "buy"]
    assert found.y.tolist() == [0, 1, 1]
    assert (found.kind, found.classes, found.fixed_part) == ("text", ("ham", "spam"), None)


def test_folders_of_parts_fix_the_parts(bring):
    found = bring({"train/a/1": "x", "train/b/1": "y", "test/a/1": "x", "test/b/2": "y"})
    assert found.fixed_part.tolist() == ["test", "test", "train", "train"]
    assert found.classes == ("a", "b")


def test_what_was_left_out_and_how_texts_were_read_is_noted(bring):
    notes = bring({"a/1": "x", "b/1": "", "README": "about"}).notes
    assert notes == (
        "1 file lies beside the class folders and in no class: README.",
        "1 of 2 files hold no text; they are kept, as empty texts.",
    )


def test_a_link_out_of_the_folder_is_refused(bring, tmp_path):
    (tmp_path / "outside").write_text("x")
    (tmp_path / "mine/a").mkdir(parents=True)
    (tmp_path / "mine/a/1").symlink_to(tmp_path / "outside")
    with pytest.raises(DataError, match=r"is a link out of .*: DVC would not see that change; copy the"):
        bring({"b/1": "y"})


def test_a_link_to_nothing_is_refused(bring, tmp_path):
    (tmp_path / "mine/a").mkdir(parents=True)
    (tmp_path / "mine/a/1").symlink_to(tmp_path / "mine/gone")
    with pytest.raises(DataError, match="a/1 cannot be read: No such file"):
        bring({"b/1": "y"})


def test_a_key_that_is_not_for_texts_is_refused(bring):
    with pytest.raises(ParamsError, match=r"kind: got 'image' .*should be 'text'"):
        bring({"a/1": "x"}, kind="image")
