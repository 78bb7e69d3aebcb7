import pytest
from dvc.utils.serialize import dump_yaml

from retrace.core.checked_yaml import load_yaml
from retrace.core.errors import RetraceError
from retrace.tools.kubeflow.pulling import lay_run

MADE = {"path": "parts/all.txt", "hash": "md5", "md5": "b10a8db164e0754105b7a99be72e3fe5", "size": 11}
ENTRY = {"cmd": "python make.py 5", "outs": [MADE]}


@pytest.fixture
def pulled(tmp_path):
    """A run as the store has it, of one stage."""
    folder = tmp_path / "run"
    for name in ("locks", "files/parts"):
        (folder / name).mkdir(parents=True)
    values = [["params.yaml", "report.digits", "3"], ["params.yaml", "part.seed", "1"]]
    dump_yaml(
        str(folder / "run.yaml"),
        {"values": values, "locks": {"lock_of_make": "dvc.yaml"}, "outputs": ["parts/all.txt"]},
    )
    dump_yaml(str(folder / "locks/lock_of_make"), {"schema": "2.0", "stages": {"make": ENTRY}})
    (folder / "files/parts/all.txt").write_text("Hello World")
    return folder


def test_a_run_is_here_as_if_dvc_had_made_it(toy, pulled):
    assert lay_run(pulled, force=False) == ["report.digits=3"]
    assert "  digits: 3  # after the point" in (toy / "params.yaml").read_text()
    assert load_yaml(toy / "dvc.lock")["stages"]["make"] == ENTRY
    assert (toy / ".dvc/cache/files/md5/b1/0a8db164e0754105b7a99be72e3fe5").read_text() == "Hello World"
    assert (toy / "parts/.gitignore").read_text() == "/all.txt\n"


def test_a_stage_takes_its_place_in_a_lock_and_the_others_stay(toy, pulled):
    others = {"make": {"cmd": "old"}, "count": {"cmd": "x"}}
    dump_yaml(str(toy / "dvc.lock"), {"schema": "2.0", "stages": others})
    lay_run(pulled, force=False)
    assert list(load_yaml(toy / "dvc.lock")["stages"].items()) == [
        ("make", ENTRY),
        ("count", {"cmd": "x"}),
    ]


def test_what_is_not_committed_is_not_lost(toy, pulled):
    (toy / "params.yaml").write_text((toy / "params.yaml").read_text() + "# mine\n")
    with pytest.raises(RetraceError, match=r"params\.yaml have changes that are not committed"):
        lay_run(pulled, force=False)
    assert not (toy / "dvc.lock").exists()
    lay_run(pulled, force=True)
    assert "# mine" in (toy / "params.yaml").read_text()


@pytest.mark.parametrize("path", ["../x", "/etc/x", ".git/hooks/post-commit", "a/../../x"])
def test_a_run_that_would_write_elsewhere_is_refused(toy, pulled, path):
    about = load_yaml(pulled / "run.yaml") | {"outputs": [path]}
    dump_yaml(str(pulled / "run.yaml"), about)
    with pytest.raises(RetraceError, match="no place of a stage"):
        lay_run(pulled, force=True)
