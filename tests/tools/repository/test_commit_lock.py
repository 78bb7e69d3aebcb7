import pytest

from project import ROOT
from retrace.core.errors import ParamsError
from retrace.tools.repository.commit_lock import parse_lock, parse_yaml, stale_stages
from retrace.tools.repository.git import find_tree


def test_sources_are_what_no_stage_makes():
    lock = parse_lock((ROOT / "dvc.lock").read_bytes(), "dvc.lock")
    assert "src/train.py" in lock.sources["train"]
    assert "cache/train.pkl" not in lock.sources["train"]
    assert lock.params["seed"] == 42
    assert "report/predictions.csv" in lock.outs


def test_numbers_are_read_as_dvc_reads_them():
    assert parse_yaml(b"rate: 1e-4\n", "params.yaml") == {"rate": 1e-4}
    with pytest.raises(ParamsError, match=r"params\.yaml of main is not valid YAML"):
        parse_yaml(b"a: [", "params.yaml of main")


@pytest.mark.slow
def test_a_committed_run_is_true_until_its_files_change(reproduced, tmp_path, monkeypatch):
    copy = tmp_path / "copy"
    reproduced.run("git", "clone", "-q", ".", str(copy))
    (copy / "dvc.lock").write_bytes(reproduced.read("dvc.lock"))
    monkeypatch.chdir(copy)
    lock = parse_lock((copy / "dvc.lock").read_bytes(), "dvc.lock")
    assert stale_stages(find_tree("HEAD"), lock) == {}
    (copy / "src/retrace/models/new.py").write_text("")
    (copy / "src/retrace/splitting/methods.py").write_text("")
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    reproduced.run("git", "-C", str(copy), "add", "-A")
    reproduced.run("git", "-C", str(copy), *identity, "commit", "-qm", "edit")
    assert stale_stages(find_tree("HEAD"), lock) == {
        "split": "src/retrace/splitting/methods.py",
        "train": "src/retrace/models",
        "report": "src/retrace/models",
    }
