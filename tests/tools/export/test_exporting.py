import dataclasses
import json

import pytest

from exported_models import fitted
from made_datasets import mixed_dataset
from retrace.cleaning.cleaners import clean
from retrace.core.artifacts import save_bytes
from retrace.tools.export import exporting
from retrace.tools.export.exporting import export_made
from retrace.tools.prediction.session import Session


def test_the_file_is_what_was_tried(params, tmp_path):
    made = export_made(*fitted(params, mixed_dataset(), "gaussian_nb"))
    save_bytes(made.content, tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").read_bytes() == made.content


STEP = """
from retrace.cleaning.own import cleaner

@cleaner(kind="tabular")
def root(rows):
    return rows.assign(root=rows["count"] ** 0.5).drop(columns="count")
"""


def test_steps_of_the_project_are_named_since_the_file_does_not_hold_them(params, in_a_project):
    in_a_project(cleaners=STEP)
    preprocess = dataclasses.replace(params.preprocess, steps=("root",))
    params = dataclasses.replace(params, preprocess=preprocess)
    made = export_made(*fitted(params, clean(mixed_dataset(), preprocess), "gaussian_nb"))
    assert made.said.endswith(
        "rows that went through src/cleaners.py, whose steps are not in the file (root)"
    )
    metadata = Session(made.content).metadata
    assert json.loads(metadata["steps"]) == ["root"]
    assert list(json.loads(metadata["columns"]))[-1] == "root"


@pytest.mark.slow
def test_rows_are_those_of_the_run(published, monkeypatch):
    from retrace.tools.prediction.source import find_source

    with published.at_home():
        rows = exporting.rows_of(find_source("v1.0.0"))
        assert [each.called for each in rows] == ["validation row", "test row"]
        assert sum(len(each.ids) for each in rows) == 71


@pytest.mark.slow
def test_nothing_is_written_where_answers_differ(published, monkeypatch, tmp_path):
    monkeypatch.setattr("retrace.tools.export.parity.TOLERANCE", 0)
    output = tmp_path / "model.onnx"
    run = published.retrace("export", "--output", str(output), check=False)
    assert "nothing was written" in run.stderr
    assert "validation row" in run.stderr
    assert list(tmp_path.iterdir()) == []
