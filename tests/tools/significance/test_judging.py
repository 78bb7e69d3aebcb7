import numpy as np
import pytest

from made_runs import labelled, valued
from retrace.tools.repository.sides import load_side
from retrace.tools.significance.judging import judge


def verdict(base="main", other="other", **options):
    return judge(load_side(base), load_side(other), **options)


def test_a_better_model_is_better_and_a_worse_one_worse(runs):
    runs.commit(labelled(right=0.7))
    runs.commit(labelled(right=0.95, seed=1), branch="other", models__svm__C=2.0)
    found = verdict()
    assert found.verdict == "better"
    assert found.comparison.n_units == 200
    assert verdict("other", "main").verdict == "worse"


def test_rows_in_another_order_are_the_same_rows(runs):
    rows = labelled()
    runs.commit(rows)
    runs.commit(rows.sample(frac=1, random_state=0), branch="other")
    found = verdict()
    assert found.verdict == "no significant difference"
    assert found.comparison.difference == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": range(1, 201)}, "the same contents, but other ids"),
        (
            {"row_hash": [f"{row:016x}" for row in range(50, 250)]},
            "150 of the 200 rows are among the 200",
        ),
        ({"true": "a", "row_hash": "0"}, "100 have other labels"),
    ],
)
def test_other_rows_are_not_comparable(runs, changes, reason):
    runs.commit(labelled())
    runs.commit(labelled(**changes), branch="other")
    found = verdict()
    assert found.verdict == "not comparable"
    assert reason in found.reason


def test_another_split_is_named_as_the_cause(runs):
    runs.commit(labelled())
    runs.commit(labelled(n=190), branch="other", split__seed=8)
    found = verdict()
    assert "another split: `split.seed` 7 → 8" in found.reason
    assert "`retrace seeds 5 --split`" in found.reason


def test_other_data_are_named_as_the_cause(runs):
    runs.commit(labelled())
    runs.git("switch", "-q", "-c", "other")
    runs.write("data/made.yaml", "title: Other data")
    runs.git("switch", "-q", "main")
    runs.git("stash")
    runs.git("switch", "-q", "-c", "third")
    runs.git("stash", "pop")
    runs.record(labelled(n=100))
    runs.git("add", "-A")
    runs.git("commit", "-qm", "third")
    reason = verdict("main", "third").reason
    assert "other data: `data/made.yaml`: `title` Made up → Other data" in reason


def test_other_classes_are_named(runs):
    runs.commit(labelled())
    runs.commit(labelled(classes=("a", "b", "c")), branch="other")
    assert verdict().reason == "the classes differ: only `other` has `c`"


def test_predictions_without_row_hashes_need_another_run(runs):
    runs.commit(labelled().drop(columns="row_hash"))
    runs.commit(labelled(), branch="other")
    found = verdict()
    assert found.verdict == "not comparable"
    assert "the predictions of `main` were written by an older version" in found.reason


def test_two_metrics_need_a_choice(runs):
    runs.commit(labelled(right=0.6))
    runs.commit(labelled(right=0.95), branch="other", metric="f1_macro")
    found = verdict()
    assert found.verdict == "not comparable"
    assert "`--metric f1_macro`" in found.reason
    assert verdict(metric="f1_macro").verdict == "better"
    assert "'acuracy' (did you mean 'accuracy'?) is not" in verdict(metric="acuracy").reason


def test_a_metric_that_metrics_json_lacks_is_judged_by_the_predictions(runs):
    runs.commit(labelled(right=0.6))
    runs.commit(labelled(right=0.95, seed=1), branch="other")
    found = verdict(metric="roc_auc")
    assert (found.verdict, found.metric) == ("better", "roc_auc")


def test_copies_of_a_row_are_one_piece_of_evidence(runs):
    # 40 distinct rows five times each: the models part on four of them.
    hashes = [f"{row // 5:016x}" for row in range(200)]
    right = labelled(right=1.0).assign(row_hash=hashes)
    wrong = right.assign(predicted=np.where(np.arange(200) < 20, "b", right["true"]))
    runs.commit(wrong)
    runs.commit(right, branch="other")
    found = verdict()
    assert found.verdict == "no significant difference"
    assert (found.comparison.unit, found.comparison.n_units) == ("distinct row", 40)


@pytest.mark.parametrize(
    ("wrong", "verdict_", "said"),
    [
        (np.arange(600) % 40 == 1, "worse", ""),
        (
            np.isin(np.arange(600) // 12, [3, 9, 10, 17, 23, 30, 31, 38, 42, 47]),
            "worse",
            "too long for 30",
        ),
        (np.arange(600) >= 500, "cannot tell", "too few independent stretches to tell"),
    ],
)
def test_rows_in_time_are_judged_in_blocks_and_a_long_memory_is_said(runs, wrong, verdict_, said):
    rows = labelled(n=600, right=1.0).assign(time=np.arange(600.0))
    runs.commit(rows)
    runs.commit(rows.assign(predicted=np.where(wrong, "a", rows["true"])), branch="other")
    found = verdict()
    assert (found.comparison.unit, found.comparison.n_units) == ("block", 30)
    assert found.verdict == verdict_
    assert said in " ".join([*found.notes, found.reason])
    assert bool(found.notes) == ("30" in said)


def test_two_tasks_are_not_comparable(runs):
    runs.commit(labelled())
    runs.commit(valued(), branch="other", metric="mae")
    assert "the two predict different things" in verdict().reason


def test_a_base_without_a_run_is_a_first_run(runs):
    runs.git("add", "-A")
    runs.git("commit", "-qm", "nothing yet")
    runs.commit(labelled(), branch="other")
    found = verdict()
    assert found.verdict == "not comparable"
    assert "`main` has no finished run" in found.reason


def test_the_same_predictions_need_not_be_pulled(runs):
    runs.commit(labelled(), cached=False)
    runs.commit(labelled(), branch="other", cached=False, models__svm__C=2.0)
    found = verdict()
    assert found.verdict == "no significant difference"
    assert found.reason == "both sides made the same predictions, byte for byte"


def test_groups_are_the_unit(runs):
    rows = {"group": [f"g{row // 20}" for row in range(200)]}
    runs.commit(labelled(right=0.7, **rows))
    runs.commit(labelled(right=0.95, seed=1, **rows), branch="other")
    found = verdict()
    assert found.comparison.unit == "group"
    assert found.verdict == "cannot tell"


def test_within_the_tolerance_is_equivalent(runs):
    runs.commit(labelled())
    runs.commit(labelled(), branch="other", models__svm__C=2.0)
    assert verdict(tolerance=0.1).verdict == "equivalent"
