import subprocess
import sys

import pytest

from retrace.core.errors import DataError, RetraceError, did_you_mean, first_few, run_or_explain


def test_did_you_mean_ignores_case():
    assert did_you_mean("c", ["C", "gamma"]) == " (did you mean 'C'?)"


def test_did_you_mean_is_silent_when_nothing_is_near():
    assert did_you_mean("banana", ["svm", "cnn"]) == ""


def test_a_users_mistake_ends_in_one_line_and_status_1():
    def fail():
        raise DataError("first\nsecond")

    with pytest.raises(SystemExit) as stopped:
        run_or_explain(fail)
    assert stopped.value.code == "error: first second"


def test_a_mistake_of_the_code_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        run_or_explain(lambda: 1 / 0)


def test_a_file_that_cannot_be_read_is_named_in_one_line(tmp_path):
    with pytest.raises(SystemExit) as stopped:
        run_or_explain(lambda: (tmp_path / "a\nb").read_bytes())
    assert stopped.value.code == f"error: {tmp_path}/a b: No such file or directory"


def test_debugging_shows_the_traceback(monkeypatch):
    monkeypatch.setenv("RETRACE_DEBUG", "1")

    def fail():
        raise RetraceError("why")

    with pytest.raises(RetraceError, match="why"):
        run_or_explain(fail)


def test_ctrl_c_ends_without_a_traceback():
    def interrupt():
        raise KeyboardInterrupt

    with pytest.raises(SystemExit, match="nothing half-written"):
        run_or_explain(interrupt)


def test_details_stand_below_the_line_one_each():
    def fail():
        raise DataError("two rows", details=["row 1", "row 2\nis long"])

    with pytest.raises(SystemExit) as stopped:
        run_or_explain(fail)
    assert stopped.value.code == "error: two rows\n  row 1\n  row 2 is long"


def test_a_long_list_is_cut_and_counted():
    assert first_few(list("abc")) == "a, b, c"
    assert first_few(list("abcdefg")) == "a, b, c, d, e and 2 more"


@pytest.mark.parametrize(
    ("raised", "said"), [("KeyboardInterrupt", "interrupted\n"), ("ValueError(1)", "ValueError: 1\n")]
)
def test_ctrl_c_while_modules_are_imported_shows_no_traceback(raised, said):
    code = f"import retrace; raise {raised}"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr.endswith(said)
    assert ("Traceback" in run.stderr) == (raised != "KeyboardInterrupt")
    assert run.returncode
