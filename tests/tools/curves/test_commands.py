import shutil

import pytest
from typer.testing import CliRunner

from retrace.core.errors import ParamsError
from retrace.tools.cli import cli


def curve(*arguments):
    return CliRunner().invoke(cli, ["curve", *arguments], catch_exceptions=False)


@pytest.fixture
def wine(reproduced, tmp_path, monkeypatch):
    folder = shutil.copytree(reproduced.folder, tmp_path / "wine", symlinks=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.slow
def test_both_curves_are_told_drawn_and_kept(wine):
    learnt = curve("learning", "--points", "3", "--seeds", "2", "--metric", "log_loss").stdout
    assert learnt.splitlines()[0].split("  ")[:2] == ["training rows", "validation log_loss"]
    assert "figure: .retrace/curves/learning.svg" in learnt
    varied = curve("validation", "models.logistic_regression.C=0.01,1,100").stdout
    assert "Best on the validation part: models.logistic_regression.C=" in varied
    name = "validation-models.logistic_regression.C"
    with pytest.raises(ParamsError, match=r"logistic_regression\.C: got 'abc'"):
        curve("validation", "models.logistic_regression.C=1,abc")
    written = {path.name for path in (wine / ".retrace/curves").iterdir()}
    assert written == {"learning.csv", "learning.svg", f"{name}.csv", f"{name}.svg"}


@pytest.mark.parametrize("arguments", [["validation"], ["learning", "models.svm.C=1,2"]])
def test_a_hyperparameter_is_of_a_validation_curve(arguments):
    with pytest.raises(ParamsError, match="a validation curve takes one and its values"):
        curve(*arguments)
