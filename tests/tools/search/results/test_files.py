import re

import pandas as pd
import pytest

pytest.importorskip("optuna")

from made_studies import conditional, made, make_study
from retrace.core.artifacts import ArtifactError
from retrace.core.checked_yaml import load_yaml
from retrace.tools.search.confirmation import Confirmation, save_confirmation
from retrace.tools.search.results.files import best_yaml, nested, write_results

AWKWARD = {
    "models.mlp.hidden": [64, 128],
    "models.mlp.patience": None,
    "models.mlp.learning_rate": 1e-05,
    "models.mlp.schedule": "null",
    "models.mlp.weight_decay": 1e16,
    "features.select": True,
}


def written(tmp_path, study):
    write_results(study, tmp_path)
    return {path.name: path.read_text() for path in tmp_path.iterdir()}


def test_there_are_a_table_the_settings_and_two_pages(tmp_path):
    found = written(tmp_path, make_study(*conditional(30, steps=4)))
    assert sorted(found.keys() - {".lock"}) == ["best.yaml", "report.html", "report.md", "trials.csv"]
    assert len(pd.read_csv(tmp_path / "trials.csv")) == 30


def test_the_best_settings_come_back_as_the_very_same_values(tmp_path):
    written(tmp_path, make_study(made(0.8, overrides={}), made(0.9, overrides=AWKWARD)))
    read = load_yaml(tmp_path / "best.yaml")
    assert repr(read) == repr(nested(AWKWARD))


def test_the_table_tells_null_from_a_parameter_that_is_not_there(tmp_path):
    trials = [{"a": 1, "b": None}, {"a": None}, {"a": [1, 2], "b": True}]
    found = written(tmp_path, make_study(*[made(0.5, overrides=each) for each in trials]))
    rows = [line.split(",0.25,")[0] for line in found["trials.csv"].splitlines()[1:]]
    assert rows == [
        "0,finished,true,0.5,1,null",
        "1,finished,false,0.5,null,",
        '2,finished,false,0.5,"[1, 2]",true',
    ]


def test_the_settings_do_not_depend_on_time_or_worker():
    slow, fast = (
        make_study(made(0.8, C=1.0, seconds=n, worker=f"w{n}"), made(0.9, C=2.0, seconds=n))
        for n in (1, 2)
    )
    assert best_yaml(slow) == best_yaml(fast)


def test_a_study_without_a_score_has_no_best_and_takes_away_the_old_one(tmp_path):
    written(tmp_path, make_study(made(0.8, C=1.0)))
    found = written(tmp_path, make_study(made(state="failed", error="no | luck", C=1.0)))
    assert "best.yaml" not in found
    assert "**No trial finished**" in found["report.md"]
    assert "| no \\| luck | 1 | 0 |" in found["report.md"]


def test_of_two_goals_the_whole_front_is_kept(tmp_path):
    trials = [made(0.8, 1.0, C=1.0), made(0.7, 2.0, C=2.0), made(0.9, 3.0, C=3.0)]
    found = written(tmp_path, make_study(*trials, goals=("accuracy", "seconds")))
    assert list(load_yaml(tmp_path / "best.yaml")) == ["trial 2", "trial 0"]
    assert "**2 trials on the front**" in found["report.md"]


def test_the_page_tells_the_gain_and_that_it_is_not_confirmed(tmp_path):
    text = written(tmp_path, make_study(made(0.8, C=1.0), made(0.85, C=2.0)))["report.md"]
    assert "**accuracy 0.8500**" in text
    assert "Trial 1: +0.0500 against params.yaml as it was (0.8000)." in text
    assert "Not confirmed yet: the best of 2 looks better than it is" in text
    assert re.search(r"\| `models.svm.C` \| `1.0` \| `2.0` \|", text)


def test_the_verdict_is_on_both_pages(tmp_path):
    study = make_study(made(0.8, C=1.0), made(0.85, C=2.0))
    verdict = Confirmation(confirmed=True, sentence="confirmed: so good", n_splits=10, scores={})
    save_confirmation(study, 1, verdict)
    found = written(tmp_path, study)
    for page in ("report.md", "report.html"):
        assert "confirmed: so good" in found[page]
        assert "Not confirmed yet" not in found[page]


def test_a_baseline_that_nothing_beats_is_said_to_be_best(tmp_path):
    found = written(tmp_path, make_study(made(0.9, C=1.0), made(0.8, C=2.0)))
    for page in ("report.md", "report.html"):
        assert "No trial was better than params.yaml as it was" in found[page]


def test_names_from_a_space_do_not_break_the_page(tmp_path):
    study = make_study(made(0.9, overrides={"models.svm.kernel": "a|b`</script>"}), name="</script>`|")
    found = written(tmp_path, study)
    assert found["report.html"].count("</script>") == found["report.html"].count("<script")


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtifactError, match="file cannot be written"):
        write_results(make_study(made(0.9)), tmp_path / "file")
