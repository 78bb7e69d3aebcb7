from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("optuna")

from made_studies import made, make_study
from retrace.core.errors import RetraceError
from retrace.tools.search.confirmation import Confirmation, save_confirmation
from retrace.tools.search.options import Options
from retrace.tools.search.promotion import NOT_CONFIRMED, _sentence, apply, chosen
from retrace.tools.search.results.summary import baseline_trial, summarise
from retrace.tools.search.setup import Prepared


def confirmation(confirmed):
    sentence = "confirmed: better" if confirmed else "not confirmed: by luck"
    return Confirmation(confirmed=confirmed, sentence=sentence, n_splits=10, scores={})


@pytest.fixture
def applied(tmp_path, monkeypatch, capsys):
    """Apply the winner of a study where nothing is to be fitted; return the status and the lines."""
    monkeypatch.chdir(tmp_path)

    def applied(study):
        opened = SimpleNamespace(study=study)
        prepared = Prepared(options=Options(), problem=None, space=None, opened=opened, settings=None)
        return apply(prepared), capsys.readouterr().out.splitlines()

    return applied


def test_what_is_not_confirmed_is_not_applied_and_the_way_to_force_it_is_told(applied):
    study = make_study(made(0.8, C=1.0), made(0.9, C=2.0))
    save_confirmation(study, 1, confirmation(False))
    assert applied(study) == (
        NOT_CONFIRMED,
        ["not confirmed: by luck", "not applied: `--force` applies it all the same"],
    )
    assert "not confirmed: by luck" in Path("hpo/results/wine-svm/report.md").read_text()


def test_the_baseline_itself_needs_no_applying(applied):
    study = make_study(made(0.9, C=1.0), made(0.8, C=2.0))
    said = ["trial 0 is what params.yaml has: there is nothing to apply"]
    assert applied(study) == (0, said)


def test_a_verdict_against_other_values_of_params_does_not_count():
    study = make_study(made(0.8, C=1.0), made(0.9, C=2.0), made(0.7, C=3.0))
    save_confirmation(study, 1, confirmation(True))
    assert "confirmed: better" in summarise(study)["remarks"]
    study.add_trial(made(0.85, C=4.0, baseline=True))
    study.set_user_attr("baseline", {"models.svm.C": 4.0})
    assert baseline_trial(study).number == 3
    assert "confirmed: better" not in summarise(study)["remarks"]


def test_a_trial_can_be_named():
    study = make_study(made(0.8), made(0.9), made(0.7))
    assert chosen(study, None).number == 1
    assert chosen(study, 2).number == 2


def test_of_several_goals_one_trial_must_be_named():
    study = make_study(made(0.8, 1.0), made(0.7, 2.0), made(0.9, 3.0), goals=("accuracy", "seconds"))
    with pytest.raises(RetraceError, match=r"2 goals.*--trial 2 \(the front: 2, 0\)"):
        chosen(study, None)
    with pytest.raises(
        RetraceError, match="trial 1 of study 'wine-svm' is not on the front; allowed: 2, 0"
    ):
        chosen(study, 1)


def test_a_study_without_scores_has_nothing_to_apply():
    with pytest.raises(RetraceError, match="study 'wine-svm' has no finished trial"):
        chosen(make_study(made(state="failed", error="x")), None)


@pytest.mark.parametrize(
    ("folds", "seen", "said"),
    [
        (None, 0.9, "b: the pipeline scores accuracy 0.9000, as the search saw"),
        (
            None,
            0.9 + 1e-16,
            "b: the pipeline scores accuracy 0.9, but the search saw 0.9000000000000001 on here",
        ),
        (
            5,
            0.8,
            "b: the pipeline scores accuracy 0.9000 on the validation part; the search saw 0.8000, the",
        ),
    ],
)
def test_the_pipelines_score_is_held_against_what_the_search_saw(folds, seen, said):
    study = make_study(made(seen), folds=folds)
    assert _sentence(study, study.trials[0], "b", {"accuracy": 0.9}).startswith(said)
