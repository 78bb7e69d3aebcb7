import os
import runpy
import subprocess
import sys

import pytest

from project import ROOT
from retrace.core import instructions
from retrace.core.instructions import PINS, pin_instructions
from retrace.core.machine import runs_x86_64_with_avx2

pytestmark = pytest.mark.skipif(
    not runs_x86_64_with_avx2(), reason="nothing is pinned on this machine: it is no x86-64 with AVX2"
)


def run(folder, code, **variables):
    """Run Python in a process of its own, which inherits no pin."""
    clean = {name: value for name, value in os.environ.items() if name not in PINS}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=clean | {"PYTHONPATH": str(ROOT / "src")} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def in_effect(folder, code="", **variables):
    shown = "from retrace.core.instructions import PINS, instructions_in_effect as found\n"
    shown += "print(found(), sum(os.environ.get(name) == pin for name, pin in PINS.items()))"
    return run(folder, f"{code}\nimport os, retrace\n{shown}", **variables)


def choose(folder, choice):
    (folder / "params.yaml").write_text(f"train:\n  threads: 1\n  instructions: {choice}  # or native\n")


@pytest.mark.parametrize("choice", ["portable", None])
def test_importing_retrace_pins_every_library(tmp_path, choice):
    if choice:
        choose(tmp_path, choice)
    assert in_effect(tmp_path).stdout == f"portable {len(PINS)}\n"


def test_other_values_in_the_environment_do_not_count(tmp_path):
    assert in_effect(tmp_path, OPENBLAS_CORETYPE="Prescott").stdout == f"portable {len(PINS)}\n"


def test_native_takes_inherited_pins_back_and_leaves_those_of_the_user(tmp_path):
    choose(tmp_path, "native")
    assert in_effect(tmp_path, **PINS).stdout == "native 0\n"
    own = run(tmp_path, "import os, retrace; print(os.environ['MKL_CBWR'])", MKL_CBWR="AVX2")
    assert own.stdout == "AVX2\n"


def test_params_that_are_no_yaml_are_left_to_those_who_read_them_all(tmp_path):
    (tmp_path / "params.yaml").write_text("train: [native\n")
    assert in_effect(tmp_path).stdout.startswith("portable")


def test_pinning_loads_no_library_that_computes(tmp_path):
    choose(tmp_path, "native")
    shown = run(tmp_path, "import sys, retrace; print({'numpy', 'torch', 'pandas'} & set(sys.modules))")
    assert shown.stdout == "set()\n"


def test_numpy_before_retrace_is_a_warning_in_a_notebook(tmp_path):
    shown = in_effect(tmp_path, "import numpy")
    assert shown.stdout.startswith("None")
    assert "numpy came before retrace, too early for train.instructions" in shown.stderr


def test_numpy_before_retrace_is_no_matter_where_the_pins_were_inherited(tmp_path):
    assert in_effect(tmp_path, "import numpy", **PINS).stderr == ""


def test_numpy_before_retrace_is_an_error_in_a_stage(project, monkeypatch):
    monkeypatch.chdir(project.folder)
    for name in ("_in_effect", "_too_early"):
        monkeypatch.setattr(instructions, name, None)
    monkeypatch.delenv("OPENBLAS_CORETYPE")
    with pytest.warns(UserWarning, match="numpy.* came before retrace"):
        pin_instructions()
    monkeypatch.setattr(instructions, "_too_early", ["numpy"])  # the tests have loaded others as well
    with pytest.raises(SystemExit) as end:
        runpy.run_path("src/split.py", run_name="__main__")
    assert end.value.code == (
        "error: numpy came before retrace, too early for train.instructions:"
        " put `import retrace` before all other imports"
    )


def test_a_process_that_was_started_for_the_other_choice_refuses(tmp_path):
    require = "from retrace.core.instructions import require_instructions as r; r('native')"
    shown = run(tmp_path, require)
    assert "got 'native', but this process computes with 'portable'" in shown.stderr
