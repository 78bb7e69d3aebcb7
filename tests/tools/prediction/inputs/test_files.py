import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from answers import assert_same

POSTS = "title: Posts\ntask: classification\nkind: text\nreader: text_folder\nlicence: none\n"


def test_images_as_files_get_what_the_report_says(make_source, ask, examples, tmp_path):
    source, expected = make_source("digits", examples, "cnn", epochs=1, channels=[8])
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, image in enumerate(load_digits().images[:100].astype(np.uint8)):
        Image.fromarray(image).save(folder / f"{number:03}.png")
    answer, _ = ask(source, folder)
    assert answer["id"].tolist() == [f"{number:03}.png" for number in range(100)]
    assert_same(answer.drop(columns="id"), expected[:100].drop(columns="id"))


def test_a_folder_of_texts_gets_what_the_report_says(make_source, ask, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/posts.yaml").write_text(POSTS)
    words = {"space": "rocket orbit moon", "cars": "engine wheel road"}
    for label, text in words.items():
        (tmp_path / "data/posts" / label).mkdir(parents=True)
        for number in range(20):
            (tmp_path / "data/posts" / label / f"{number}.txt").write_text(f"{text} {number}")
    source, expected = make_source("posts", tmp_path / "data", "linear_svm")
    answer, _ = ask(source, tmp_path / "data/posts")
    assert_same(answer, expected)


def test_photos_that_cannot_be_read_or_are_of_another_size_are_named(
    make_source, ask, examples, tmp_path
):
    source, _ = make_source("digits", examples, "gaussian_nb")
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.new("L", (8, 8)).save(folder / "a.png")
    Image.new("L", (28, 28)).save(folder / "b.png")
    (folder / "c.png").write_text("no image")
    answer, summary = ask(source, folder, skip=True)
    assert answer["id"].tolist() == ["a.png"]
    assert summary.skipped[0] == ("b.png", "is 28 x 28 pixels, the model takes 8 x 8")
    assert summary.skipped[1].why.startswith("no image of a known format")
