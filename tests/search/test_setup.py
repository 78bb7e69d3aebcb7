import pytest

from retrace.errors import ParamsError
from retrace.search.scoring import Task
from retrace.search.setup import Wishes, _goals, _next_name, _steps
from searches import FLAT


def test_the_metric_of_params_is_the_first_goal(params):
    assert _goals(Wishes(), params, "classification") == ("accuracy",)
    wishes = Wishes(metric="log_loss", goals=("seconds", "size"))
    assert _goals(wishes, params, "classification") == ("log_loss", "seconds", "size")


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        (Wishes(metric="acuracy"), r"--metric: got 'acuracy' \(did you mean 'accuracy'\?\)"),
        (Wishes(metric="seconds"), r"--metric: got 'seconds'"),
        (Wishes(metric="rmse"), r"allowed for a classification: accuracy"),
        (Wishes(goals=("second",)), r"--goals: got 'second' \(did you mean 'seconds'\?\)"),
        (Wishes(goals=("accuracy",)), r"name each once"),
    ],
)
def test_a_goal_that_is_none_names_the_nearest(params, wishes, said):
    with pytest.raises(ParamsError, match=said):
        _goals(wishes, params, "classification")


def test_a_new_name_counts_on():
    assert _next_name("wine-svm") == "wine-svm-2"
    assert _next_name("wine-svm-9") == "wine-svm-10"
    assert _next_name("wine-svm-12345678") == "wine-svm-12345678-2"


def test_steps_are_epochs_or_folds(params, make_dataset):
    parts = {"training": make_dataset(), "validation": make_dataset()}
    task = Task(params=params, goals=("accuracy",), **parts)
    assert _steps(task, FLAT) == 60
    assert _steps(Task(params=params, goals=("accuracy",), folds=5, **parts), FLAT) == 5
