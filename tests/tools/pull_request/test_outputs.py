import json

from made_runs import labelled
from retrace.tools.pull_request import outputs
from retrace.tools.repository.sides import load_side


def commit_with(runs, checks, history):
    """Record a run with small outputs, which lie in DVC's cache."""
    runs.record(labelled())
    lines = []
    for path, content in (("cache/data_checks.json", checks), ("report/training_history.csv", history)):
        found = runs.write("made", content)
        runs.write(f".dvc/cache/files/md5/{found[:2]}/{found[2:]}", content)
        lines.append(f"    - path: {path}\n      md5: {found}\n")
    lock = (runs.folder / "dvc.lock").read_text()
    assert "    outs: []\n" in lock
    runs.write("dvc.lock", lock.replace("    outs: []\n", f"    outs:\n{''.join(lines)}"))
    runs.git("add", "-A")
    runs.git("commit", "-qm", "run")
    return load_side("main")


def test_small_outputs_come_from_the_cache(runs):
    checks = json.dumps({"warnings": ["odd"], "checked": []})
    side = commit_with(runs, checks, "epoch,validation_loss\n1,0.5\n")
    assert outputs.data_warnings(side) == ["odd"]
    assert outputs.history(side)["validation_loss"].tolist() == [0.5]
    assert len(outputs.test_rows(side)) == 200


def test_what_is_not_at_hand_is_nothing(runs):
    runs.commit(labelled(), cached=False)
    side = load_side("main")
    assert outputs.environment(side) == {}
    assert outputs.data_warnings(side) is None
    assert outputs.history(side).empty
    assert outputs.test_rows(side) is None
    assert outputs.data_warnings(None) is None


def test_what_is_damaged_is_nothing(runs):
    side = commit_with(runs, "{", "")
    assert outputs.data_warnings(side) is None
    assert outputs.history(side).empty
    assert outputs.data_warnings(commit_with(runs, "[1]", "a\n1\n")) is None
