import json
from dataclasses import replace

from made_runs import labelled, md5, valued
from retrace.tools.repository.differences import (
    changed_rows,
    code_changes,
    data_changes,
    hardware_note,
    metric_rows,
    param_changes,
)
from retrace.tools.repository.predictions import read_rows
from retrace.tools.repository.sides import load_side


def test_params_data_and_code_that_differ_are_named(runs):
    runs.commit(labelled())
    runs.git("switch", "-qc", "other")
    runs.write("src/train.py", "another training")
    runs.write("data/made.yaml", "title: Other")
    runs.record(labelled(), model="tree", models={"tree": {"depth": None}})
    runs.git("add", "-A")
    runs.git("commit", "-qm", "other")
    sides = load_side("main"), load_side("other")
    assert [(each.name, each.base, each.other) for each in param_changes(*sides)] == [
        ("model", "svm", "tree"),
        ("models.svm.C", "1.0", "—"),
        ("models.tree.depth", "—", "null"),
    ]
    assert [(each.name, each.stages) for each in data_changes(*sides)] == [
        ("data/made.yaml", ("read_data",))
    ]
    assert [(each.name, each.stages) for each in code_changes(*sides)] == [("src/train.py", ("train",))]


def test_two_machines_are_named(runs):
    runs.commit(labelled())
    sides = [load_side("main"), load_side("main")]
    for side, cpu in zip(sides, ("one", "another"), strict=True):
        record = json.dumps({"hardware": {"cpu": cpu, "system": "Linux"}}).encode()
        found = md5(record)
        runs.write(f".dvc/cache/files/md5/{found[:2]}/{found[2:]}", record)
        side.lock.stages["train"]["outs"].append({"path": "cache/environment.json", "md5": found})
    assert "on one, Linux, `main` on another, Linux" in hardware_note(*sides)[0]
    assert hardware_note(sides[0], sides[0]) == []


def test_metrics_know_their_direction(runs):
    runs.commit(labelled(right=0.7))
    runs.commit(labelled(right=0.9), branch="other")
    rows = {row.name: row for row in metric_rows(load_side("main"), load_side("other"))}
    assert (rows["accuracy"].better, rows["log_loss"].better) == ("higher", "lower")
    assert rows["accuracy"].difference > 0 > rows["log_loss"].difference
    assert "n" not in rows


def test_a_metric_that_one_run_did_not_write_follows_from_its_predictions(runs):
    runs.commit(labelled(right=0.7))
    runs.commit(labelled(right=0.9), branch="other")
    old, new = load_side("main"), load_side("other")
    known = old.metrics["test"]
    older = {name: known[name] for name in known if name != "balanced_accuracy"}
    older |= {"recall_weighted": known["accuracy"], "gone": 1.0}
    rows = {row.name: row for row in metric_rows(replace(old, metrics={"test": older}), new)}
    assert rows["balanced_accuracy"].base == known["balanced_accuracy"]
    assert rows["recall_weighted"].other == new.metrics["test"]["accuracy"]
    assert rows["gone"].other is None


def read(tmp_path, *tables):
    for number, table in enumerate(tables):
        table.to_csv(tmp_path / f"{number}.csv", index=False)
        yield read_rows(tmp_path / f"{number}.csv", "main")


def test_rows_that_changed_sides_are_told_apart_surest_first(tmp_path):
    base = labelled(n=4, right=1)
    other = base.assign(
        predicted=["b", "b", "b", "a"], p_a=[0.4, 0.2, 0.1, 0.7], p_b=[0.6, 0.8, 0.9, 0.3]
    )
    lost, gained = changed_rows(*read(tmp_path, base, other))
    assert [(row.id, row.true, row.base, row.other) for row in lost] == [
        ("2", "a", "a", "b"),
        ("3", "b", "b", "a"),
        ("0", "a", "a", "b"),
    ]
    assert gained == []


def test_of_a_regression_the_rows_that_moved_furthest_come_first(tmp_path):
    base, other = valued(n=3, noise=0), valued(n=3, noise=0)
    other["predicted"] += [0.1, -2.0, 0.0]
    lost, gained = changed_rows(*read(tmp_path, base, other))
    assert [row.id for row in lost] == ["1", "0"]
    assert lost[0].other == "3"
    assert gained == []
