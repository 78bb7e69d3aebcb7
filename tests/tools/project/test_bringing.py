import difflib
import shutil

import pytest

from project import ROOT
from retrace.core.params import load_params
from retrace.tools.project.bringing import name_of
from retrace.tools.repository.overrides import edit_params


@pytest.mark.parametrize(
    ("path", "name"),
    [("Train Data.v2.csv", "train_data"), ("photos/", "photos"), ("é-1.csv", "é_1")],
)
def test_a_dataset_is_called_as_its_file_or_folder(tmp_path, path, name):
    if path.endswith("/"):
        (tmp_path / path).mkdir()
    else:
        (tmp_path / path).touch()
    assert name_of(tmp_path / path) == name


def test_params_keep_their_comments_and_all_else(tmp_path):
    path = tmp_path / "params.yaml"
    shutil.copy(ROOT / "params.yaml", path)
    before = path.read_text().splitlines()
    edit_params({"model": "svm", "preprocess.image.size": 48}, tmp_path)
    lines = list(difflib.ndiff(before, path.read_text().splitlines()))
    old, new = ([line for line in lines if line.startswith(sign)] for sign in ("- ", "+ "))
    assert len(new) == 2
    assert [line.partition("#")[2] for line in new] == [line.partition("#")[2] for line in old]
    assert load_params(path).preprocess.image.size == 48
