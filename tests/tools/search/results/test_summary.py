import pytest

pytest.importorskip("optuna")

from made_studies import conditional, made, make_study
from retrace.tools.search.results.files import trials_table
from retrace.tools.search.results.summary import (
    baseline_trial,
    failures,
    front_in_words,
    history,
    overrides_of,
    same,
    states,
    summarise,
    tie_in_words,
)
from retrace.tools.search.study.studies import ranked


def test_a_row_for_each_trial_with_its_goals_and_parameters():
    table = trials_table(make_study(*conditional(30, steps=4)))
    assert list(table["number"]) == list(range(30))
    assert set(table["state"]) == {"finished", "pruned", "failed"}
    assert table.loc[7, "error"] == "ModelError: no <b>luck</b>"
    assert table.loc[1, "models.svm.degree"] == 3
    assert table.loc[0, "models.svm.degree"] is None
    assert table["baseline"].tolist() == ["true"] + ["false"] * 29


def test_scores_beside_the_goal_have_columns_of_their_own():
    study = make_study(made(0.9, C=1.0, scores={"accuracy": 0.9, "f1_macro": 0.8}))
    columns = list(trials_table(study))
    assert columns.index("validation.f1_macro") > columns.index("accuracy")
    assert "validation.accuracy" not in columns


def test_a_goal_that_is_a_time_is_not_the_time_a_trial_took():
    table = trials_table(make_study(made(0.9, 3.5, C=1.0), goals=("accuracy", "seconds")))
    assert (table.loc[0, "seconds"], table.loc[0, "took_seconds"]) == (3.5, 0.25)


def test_of_equals_the_earlier_is_first_and_pruned_ones_are_not_ranked():
    study = make_study(
        made(0.8), made(0.9, C=2.0), made(0.9, C=3.0), made(0.99, state="pruned", steps=[1])
    )
    assert [trial.number for trial in ranked(study)] == [1, 2, 0]


def test_the_least_loss_is_first():
    study = make_study(made(0.8), made(0.9), made(0.1), goals=("log_loss",))
    assert [trial.number for trial in ranked(study)] == [2, 0, 1]


def test_of_two_goals_the_front_is_ranked_by_the_first():
    study = make_study(made(0.8, 1.0), made(0.7, 2.0), made(0.9, 3.0), goals=("accuracy", "seconds"))
    assert [trial.number for trial in ranked(study)] == [2, 0]
    assert summarise(study)["best"] is None


def test_failures_are_counted_by_reason():
    study = make_study(
        *[made(state="failed", error=why) for why in ("a", "b", "b")], made(state="failed")
    )
    assert failures(study) == [("b", 2, 1), ("a", 1, 0), ("it was interrupted", 1, 3)]
    assert states(study) == {"finished": 0, "pruned": 0, "failed": 4}


def test_a_trial_too_many_has_not_failed():
    study = make_study(made(0.9), made(state="failed", retired="surplus"))
    assert (failures(study), states(study)["failed"]) == ([], 0)
    assert trials_table(study).loc[1, "error"] == "surplus"


def tied(goal, losses, **told):
    trials = [made(0.9, C=n + 1.0, scores={"log_loss": loss}) for n, loss in enumerate(losses)]
    return tie_in_words(make_study(*trials, made(0.5), made(0.9, copy_of=0), goals=(goal,), **told))


def test_settings_that_share_the_best_score_are_counted_and_the_remedy_is_named():
    shared = "2 of 3 settings share the best score: "
    both = "`--metric log_loss` or `--folds 5` tells more apart"
    assert tied("accuracy", [0.1, 0.2]) == shared + both
    assert tied("accuracy", [0.1, 0.2], folds=5) == shared + "`--metric log_loss` tells more apart"
    assert tied("accuracy", [0.1, 0.1]) == shared + "`--folds 5` tells more apart"
    assert tied("accuracy", [0.1, 0.1], folds=5) == shared.removesuffix(": ")


def test_no_tie_is_told_of_one_winner_of_a_loss_or_of_two_goals():
    assert tied("accuracy", [0.1]) == ""
    assert tied("mae", [0.1, 0.2]) == ""
    two = make_study(made(0.9, 1.0), made(0.9, 1.0), goals=("accuracy", "seconds"))
    assert tie_in_words(two) == ""
    assert front_in_words(two) == "the front: trials 0, 1"


def test_both_pages_tell_of_a_tie():
    assert summarise(make_study(made(0.9), made(0.9)))["remarks"][-1].startswith("2 of 2 settings share")


def test_the_history_rises_and_is_thinned():
    told = history(make_study(*conditional(2000)))
    assert len(told["trials"]) <= 40
    assert told["best"] == sorted(told["best"])
    assert told["trials"][0] == 0


def test_one_trial_has_no_history():
    assert history(make_study(made(0.9))) is None


def test_settings_are_the_same_by_value_and_type():
    study = make_study(
        made(0.9, overrides={"a": 1}), made(0.9, overrides={"a": 1.0}), made(0.9, overrides={"a": 1})
    )
    first, second, third = study.trials
    assert baseline_trial(study).number == 0
    assert same(first, third)
    assert not same(first, second)
    assert overrides_of(third) == {"a": 1}


def test_a_baseline_that_failed_is_no_obstacle():
    found = summarise(make_study(made(state="failed", error="x", C=1.0), made(0.9, C=2.0)))
    assert found["best"]["difference"] == ""
    assert found["remarks"][0] == "Trial 1: the best."
