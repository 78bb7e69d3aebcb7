import pytest

from retrace.core.errors import ParamsError
from retrace.tools.search.setup import _goals
from retrace.tools.search.study.opening import Wishes


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
