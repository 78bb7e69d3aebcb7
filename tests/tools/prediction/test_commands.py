import io
import json
import sys
from types import SimpleNamespace

import pandas as pd
import pytest

from retrace.core.artifacts import file_md5


def judged(project):
    """Return what the report says, by the id of a row."""
    table = pd.read_csv(project / "report/predictions.csv").set_index("id")
    return table.filter(regex="^p(redicted|_)").sort_index()


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_answers_are_those_of_the_report_in_every_format(reproduced, wine, tmp_path, suffix):
    output = tmp_path / f"answers.{suffix}"
    reproduced.retrace("predict", str(wine), "--output", str(output))
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "jsonl": pd.read_json}[suffix]
    options = {"lines": True, "precise_float": True} if suffix == "jsonl" else {}
    expected = judged(reproduced)
    answers = read(output, **options).set_index("id").loc[expected.index]
    pd.testing.assert_frame_equal(answers, expected, check_dtype=False, rtol=0, atol=1e-15)


@pytest.mark.slow
def test_a_file_beside_the_answers_says_which_model_it_was(reproduced, wine, tmp_path):
    output = tmp_path / "answers.csv"
    run = reproduced.retrace("predict", str(wine), "--output", str(output))
    noted = json.loads((tmp_path / "answers.csv.made_from.json").read_text())
    assert noted["model"]["md5"] == file_md5(reproduced / "cache/model.joblib")
    assert noted["model"]["dvc.lock"] in reproduced.first_run.stdout
    assert noted["output"] == {"md5": file_md5(output), "rows": 178}
    assert run.stdout.startswith("178 rows: ")


@pytest.mark.slow
def test_standard_input_to_standard_output(reproduced, wine, monkeypatch):
    stdin = SimpleNamespace(buffer=io.BytesIO(wine.read_bytes()))
    monkeypatch.setattr(sys, "stdin", stdin)
    run = reproduced.retrace("predict", "-")
    assert run.stdout.splitlines()[0] == "id,predicted,p_class_0,p_class_1,p_class_2"
    assert len(run.stdout.splitlines()) == 179


@pytest.mark.slow
def test_an_output_of_no_known_format_is_refused_before_anything_is_done(reproduced, wine, tmp_path):
    run = reproduced.retrace("predict", str(wine), "--output", str(tmp_path / "a.xls"), check=False)
    assert "allowed: a name that ends in .csv, .parquet, .jsonl" in run.stderr
    assert list(tmp_path.iterdir()) == [wine]
