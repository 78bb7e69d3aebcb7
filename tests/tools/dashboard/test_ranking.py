import numpy as np
import pytest

from retrace.tools.dashboard.ranking import judge, rank, with_metric
from retrace.tools.significance import compare_rows, holm
from run_files import predictions_table


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # answers are remembered in the current folder


@pytest.fixture
def base(make_run):
    return make_run("base", table=predictions_table(wrong=0.4, n=300))


def judged(base, *others, metric="accuracy"):
    return judge([base, *others], base, metric)


def verdicts(base, *others):
    found = judged(base, *others)
    return [found[run.revision].verdict for run in others]


def test_verdicts_come_from_the_validation_part(make_run, base):
    good = make_run("good", table=predictions_table(wrong=0, n=300, seed=1))
    bad = make_run("bad", table=predictions_table(wrong=0.9, n=300, seed=2))
    assert verdicts(base, good, bad) == ["better", "worse"]


def test_a_run_of_before_is_ranked_by_a_metric_that_follows_from_its_predictions(make_run, base):
    wrote = {"accuracy": 0.9, "balanced_accuracy": 1.0}
    new = make_run("new", table=predictions_table(wrong=0.1, n=300, seed=1), scores=wrote)
    runs = with_metric([base, new, make_run("not pulled")], "balanced_accuracy")
    found = judge(runs, runs[0], "balanced_accuracy")
    assert rank(runs, found, "balanced_accuracy") == {base.revision: 2, new.revision: 1}
    assert 0.5 < runs[0].metrics["validation.balanced_accuracy"] < 0.7


def test_test_rows_change_no_verdict(make_run, base):
    table = predictions_table(wrong=0.4, n=300)
    table.loc[table["part"] == "test", "predicted"] = "cat"
    run = make_run("luck", table=table)
    found = judged(base, run)[run.revision]
    assert (found.verdict, found.p_value) == ("no significant difference", 1)


def test_many_runs_need_stronger_evidence(make_run, base):
    others = [
        make_run(f"r{seed}", table=predictions_table(wrong=0.28, n=300, seed=seed)) for seed in range(30)
    ]
    found = judged(base, *others)
    alone = [found[run.revision].comparison.p_value for run in others]
    together = [found[run.revision].p_value for run in others]
    np.testing.assert_allclose(together, holm(alone))
    lost = [run for run, one, all_ in zip(others, alone, together, strict=True) if one < 0.05 <= all_]
    assert lost
    for run in lost:
        assert found[run.revision].verdict == "no significant difference"
        assert "alone it would be better, but not among 30 runs" in found[run.revision].reason


def test_a_verdict_never_stands_beside_an_interval_with_0(make_run, base):
    others = [
        make_run(f"r{seed}", table=predictions_table(wrong=0.05 * seed, n=300, seed=seed))
        for seed in range(15)
    ]
    for standing in judged(base, *others).values():
        if standing.verdict in ("better", "worse"):
            low, high = standing.comparison.interval.low, standing.comparison.interval.high
            assert low > 0 or high < 0


def test_equal_predictions_are_one_test(make_run, base):
    table = predictions_table(wrong=0.2, n=300, seed=3)
    one, two = make_run("one", table=table), make_run("two", table=table)
    found = judged(base, one, two)
    assert found[one.revision] == found[two.revision]
    assert found[one.revision].p_value == found[one.revision].comparison.p_value


def test_other_rows_are_not_comparable_and_not_ranked(make_run, base):
    moved = make_run("moved", table=predictions_table(n=300, first_id=6))
    fewer = make_run("fewer", table=predictions_table(n=150))
    found = judged(base, moved, fewer)
    assert [found[run.revision].verdict for run in (moved, fewer)] == ["not comparable"] * 2
    assert (
        "the validation rows are not the same: 194 of the 200 rows are among the 200"
        in found[moved.revision].reason
    )
    assert set(rank([base, moved, fewer], found, "accuracy")) == {base.revision}


def test_what_was_not_pulled_is_ranked_only_where_the_lock_says_the_same_part(make_run, base):
    part = {"cache/validation.pkl": "same"}
    base = make_run("base", table=predictions_table(), hashes=base.hashes | part)
    known = make_run("known", hashes=part | {"report/predictions.csv": "a"})
    unknown = make_run("unknown", hashes={"report/predictions.csv": "b"})
    found = judged(base, known, unknown)
    assert {found[run.revision].verdict for run in (known, unknown)} == {"predictions not pulled"}
    assert unknown.revision not in rank([base, known, unknown], found, "accuracy")
    assert known.revision in rank([base, known, unknown], found, "accuracy")


def test_few_groups_cannot_tell_and_are_no_test(make_run):
    base = make_run("base", table=predictions_table(wrong=0.5, n=300, groups=5))
    good = make_run("good", table=predictions_table(wrong=0, n=300, groups=5))
    found = judged(base, good)[good.revision]
    assert (found.verdict, found.p_value) == ("cannot tell", None)


def test_a_base_without_predictions_says_so_everywhere(make_run):
    base, other = make_run("base"), make_run("other", table=predictions_table())
    found = judged(base, other)[other.revision]
    assert (found.verdict, found.reason) == ("not comparable", "the base base: no predictions")


def test_a_metric_of_ones_own_ranks_but_has_no_test(make_run, base):
    other = make_run("other", table=predictions_table(n=300), scores={"auc": 0.7})
    found = judged(base, other, metric="auc")
    assert found[other.revision].reason == "the base base: no test is known for auc"


def test_a_lower_loss_is_better_and_equal_scores_share_a_place(make_run, base):
    scores = {"a": 0.2, "b": 0.1, "c": 0.2}
    runs = [
        make_run(name, table=predictions_table(n=300), scores={"log_loss": value})
        for name, value in scores.items()
    ]
    found = judge([base, *runs], base, "accuracy")
    places = rank(runs, found, "log_loss")
    assert [places[run.revision] for run in runs] == [2, 1, 2]


def test_the_verdict_is_that_of_the_significance_module(make_run, base):
    from retrace.tools.dashboard.charts import read_validation

    other = make_run("other", table=predictions_table(wrong=0.1, n=300, seed=4))
    direct = compare_rows(
        read_validation(base).predictions, read_validation(other).predictions, "f1_macro"
    )
    assert judged(base, other, metric="f1_macro")[other.revision].comparison == direct


def test_of_a_permuted_metric_the_largest_under_the_same_swaps_corrects(make_run, base):
    others = [
        make_run(f"p{seed}", table=predictions_table(wrong=0.4, n=300, seed=seed)) for seed in range(8)
    ]
    good = make_run("good", table=predictions_table(wrong=0.05, n=300, seed=9))
    found = judged(base, *others, good, metric="f1_macro")
    assert found[good.revision].verdict == "better"
    assert found[good.revision].p_value < holm([1e-4, *[0.5] * 8])[0]
    assert judged(base, *others, good, metric="f1_macro") == found  # remembered
