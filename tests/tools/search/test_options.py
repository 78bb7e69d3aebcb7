import subprocess
import sys

import pytest

from retrace.core.errors import ParamsError, RetraceError
from retrace.tools.search.options import Options


def test_the_metric_of_params_is_the_first_goal(params):
    assert Options().all_goals(params, "classification") == ("accuracy",)
    options = Options(metric="log_loss", goals="seconds, size")
    assert options.all_goals(params, "classification") == ("log_loss", "seconds", "size")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options(metric="acuracy"), r"--metric: got 'acuracy' \(did you mean 'accuracy'\?\)"),
        (Options(metric="seconds"), r"--metric: got 'seconds'"),
        (Options(metric="rmse"), r"allowed for a classification: accuracy"),
        (Options(goals="second"), r"--goals: got 'second' \(did you mean 'seconds'\?\)"),
        (Options(goals="accuracy"), r"name each once"),
    ],
)
def test_a_goal_that_is_none_names_the_nearest(params, options, said):
    with pytest.raises(ParamsError, match=said):
        options.all_goals(params, "classification")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options(force=True), "--force applies a winner that is not confirmed: give --apply too"),
        (Options(study="a/b"), "--study: got 'a/b', should be letters"),
        (Options(sampler="cmaes", goals="size"), "--sampler cmaes serves one goal only"),
    ],
)
def test_options_that_do_not_do_are_refused_whatever_the_data(options, said):
    with pytest.raises(RetraceError, match=said):
        options.check()


def test_a_mistake_is_said_before_anything_heavy_is_imported():
    code = "import sys; sys.argv[1:] = ['search', '--force']\n"
    code += "from retrace.tools.cli import app\n"
    code += "try: app()\nexcept SystemExit: pass\n"
    code += "print({'optuna', 'torch', 'sklearn', 'pandas'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
