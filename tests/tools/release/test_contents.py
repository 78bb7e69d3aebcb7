import json
import zipfile

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.release.contents import check_folder, write_archive


@pytest.mark.slow
def test_a_release_has_all_that_another_needs(published, tmp_path):
    """Its ONNX file answers the example without this repository, as the model does."""
    import csv

    import numpy as np
    import onnxruntime

    folder = tmp_path / "wine"
    published.retrace("release", str(folder), "--model", "v1.0.0", "--zip")
    statement = json.loads((folder / "statement.json").read_text())
    assert sorted([*statement["sha256"], "statement.json"]) == sorted(
        path.name for path in folder.iterdir()
    )
    assert {"README.md", "model.onnx", "schema.json", "requirements.txt"} <= set(statement["sha256"])
    card = (folder / "README.md").read_text()
    assert "| accuracy | 0." in card
    assert "CC BY 4.0" in card
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    (row,) = csv.DictReader((folder / "example.csv").read_text().splitlines())
    feeds = {name: np.array([[float(value)]]) for name, value in row.items()}
    (answer,) = csv.DictReader((folder / "example_answer.csv").read_text().splitlines())
    said = dict(zip([o.name for o in session.get_outputs()], session.run(None, feeds), strict=True))
    assert said["predicted"][0] == answer["predicted"]
    shares = [float(answer[f"p_{name}"]) for name in ("class_0", "class_1", "class_2")]
    assert said["probabilities"][0] == pytest.approx(shares, abs=1e-5)
    with zipfile.ZipFile(tmp_path / "wine.zip") as archive:
        assert sorted(archive.namelist()) == sorted(f"wine/{path.name}" for path in folder.iterdir())


def test_a_folder_that_holds_something_is_not_written_to(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RetraceError, match="is there already: name a new folder"):
        check_folder(tmp_path)


def test_the_same_files_are_the_same_archive(tmp_path):
    files = {"b": b"2", "a": b"1"}
    first = write_archive(tmp_path / "x", files).read_bytes()
    assert write_archive(tmp_path / "x", dict(sorted(files.items()))).read_bytes() == first
