from functools import partial

import pytest

from made_runs import labelled, valued
from retrace.tools.pull_request.gathering import gather
from retrace.tools.pull_request.headline import headline

opened = partial(gather, part="test", keep=False)


def said(base="main"):
    return headline(opened(base))


def test_the_word_is_that_of_compare(runs):
    runs.commit(labelled(right=0.6))
    runs.commit(labelled(right=0.95, seed=1), branch="other")
    found = said()
    assert (found.mark, found.word) == ("▲", "better")
    assert found.sentence.startswith(
        "`accuracy` 0.9400 against 0.5500 of `main`, a difference of +0.3900"
    )
    assert found.more == (
        "Look 1 of this request, judged at .0304, which is its share of .05; this test part was asked 1"
        " time.",
    )


def test_no_difference_comes_with_what_a_difference_would_need(runs):
    runs.commit(labelled())
    runs.commit(labelled(seed=1), branch="other")
    assert said().word == "no significant difference"
    assert said().more[1].startswith("The smallest true difference")
    assert said().more[2].startswith("`retrace plan --detect 0.0")


def test_a_first_run_has_an_interval(runs):
    runs.git("add", "-A")
    runs.git("commit", "-qm", "nothing yet")
    runs.commit(labelled(), branch="other")
    assert (said().mark, said().word) == ("●", "first run")
    assert "`accuracy` 0.7250 on 200 test rows (95 % interval 0.6593 to 0.7822)" in said().sentence


@pytest.mark.parametrize("base", ["mian", "gone"])
def test_a_base_that_is_not_there_is_no_first_run(runs, base):
    runs.commit(labelled())
    assert (said(base).mark, said(base).word) == ("?", "no base")
    assert f"`{base}` cannot be looked at, so nothing was compared" in said(base).sentence
    assert f"'{base}' is no branch" in said(base).more[0]


def test_the_same_run_is_called_that(runs):
    runs.commit(labelled())
    runs.git("switch", "-qc", "other")
    assert said().word == "the same run"


def test_without_predictions_the_command_that_brings_them_is_named(runs):
    runs.commit(labelled(), cached=False)
    runs.write(".dvc/config", "['remote \"near\"']\n    url = /nowhere\n")
    runs.commit(labelled(seed=1), branch="other")
    assert said().word == "not comparable"
    assert "`dvc fetch --all-commits report/predictions.csv`" in said().sentence
    assert said().more[0].startswith("Untested, `accuracy` is 0.8000 against 0.7250 of `main`")


def test_no_run_is_no_result(runs):
    runs.commit(labelled())
    runs.write("metrics.json", "{}")
    assert (said().mark, said().word) == ("✗", "no result")


def test_a_regression_is_worded_alike(runs):
    runs.commit(valued(noise=1.0), metric="mae")
    runs.commit(valued(noise=3.0, seed=1), branch="other", metric="mae")
    assert (said().mark, said().word) == ("▼", "worse")
    assert said().sentence.startswith("`mae` ")
