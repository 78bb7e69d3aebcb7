import pytest

from retrace.core.errors import RetraceError
from retrace.tools.search.setup import _steps, _train
from retrace.tools.search.trials.scoring import Problem
from searches import FLAT


def test_a_pipeline_without_training_cannot_be_searched():
    with pytest.raises(RetraceError, match=r"dvc\.yaml has no stage `train`"):
        _train([])


def test_steps_are_epochs_or_folds(params, make_dataset):
    parts = {"training": make_dataset(), "validation": make_dataset()}
    task = Problem(params=params, goals=("accuracy",), **parts)
    assert _steps(task, FLAT) == params.models["cnn"]["epochs"]
    assert _steps(Problem(params=params, goals=("accuracy",), folds=5, **parts), FLAT) == 5
