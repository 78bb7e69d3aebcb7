import subprocess
import sys
from pathlib import Path

import pytest

from project import ROOT
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
        *[
            (Options(cluster=address), f"--cluster: got '{address}', should be such as tcp://10.0.0.1:")
            for address in ("head:8786", "tcp://head", "8786", "tcp://head:port")
        ],
        *[
            (Options(storage=url), "got 'postgresql:...': a URL has two slashes, as in postgresql://")
            for url in ("postgresql:/me:secret@127.0.0.1/x", "postgresql:me:secret@127.0.0.1/x")
        ],
        (Options(space=Path("nofile.yaml")), r"nofile.yaml is not in .* --space"),
    ],
)
def test_options_that_do_not_do_are_refused_whatever_the_data(options, said, monkeypatch):
    monkeypatch.chdir(ROOT)
    with pytest.raises(RetraceError, match=said) as raised:
        options.check()
    assert "secret" not in str(raised.value)


def test_a_mistake_is_said_before_anything_heavy_is_imported():
    code = "import sys\nfrom retrace.tools.cli import app\n"
    code += "for options in (['--force'], ['--space', 'none.yaml'], ['--metric', 'acuracy']):\n"
    code += "    sys.argv[1:] = ['search', *options]\n"
    code += "    try: app()\n    except SystemExit as end: print(end)\n"
    code += "    print({'optuna', 'torch', 'sklearn', 'dvc', 'retrace.readers'} & set(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    said = run.stdout.splitlines()
    assert said[1::2] == ["set()"] * 3
    assert "did you mean 'accuracy'" in said[4]
