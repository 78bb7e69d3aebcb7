import pytest

from retrace.core.errors import ParamsError
from retrace.tools.search.options import Options


def test_the_metric_of_params_is_the_first_goal(params):
    assert Options().all_goals(params, "classification") == ("accuracy",)
    options = Options(metric="log_loss", goals=("seconds", "size"))
    assert options.all_goals(params, "classification") == ("log_loss", "seconds", "size")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options(metric="acuracy"), r"--metric: got 'acuracy' \(did you mean 'accuracy'\?\)"),
        (Options(metric="seconds"), r"--metric: got 'seconds'"),
        (Options(metric="rmse"), r"allowed for a classification: accuracy"),
        (Options(goals=("second",)), r"--goals: got 'second' \(did you mean 'seconds'\?\)"),
        (Options(goals=("accuracy",)), r"name each once"),
    ],
)
def test_a_goal_that_is_none_names_the_nearest(params, options, said):
    with pytest.raises(ParamsError, match=said):
        options.all_goals(params, "classification")
