import json
import warnings

import pytest

pytest.importorskip("optuna")

from made_studies import conditional, made, make_study
from retrace.tools.search.results.charts import LINES, draw_charts, importances


def titles(study):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return {chart.title: len(chart.figures) for chart in draw_charts(study)}


def test_a_study_with_curves_has_all_charts():
    found = titles(make_study(*conditional(30, steps=5)))
    expected = ["History", "Importances", "Slices", "Parallel coordinates", "Intermediate values"]
    assert list(found) == expected
    assert found["Slices"] == 3


def test_two_goals_have_a_front_and_slices_of_each():
    study = make_study(*conditional(30, goals=2), goals=("accuracy", "seconds"))
    expected = ["Pareto front", "History", "Importances", "Slices: accuracy", "Slices: seconds"]
    assert list(titles(study)) == [*expected, "Parallel coordinates"]


@pytest.mark.parametrize(
    ("trials", "expected"),
    [
        ([made(0.9, C=1.0)], ["History", "Slices"]),
        ([made(0.9)], ["History"]),
        ([made(state="failed", error="x", C=1.0)] * 3, []),
        ([], []),
        ([made(0.9, C=1.0 + n) for n in range(12)], ["History", "Slices"]),
    ],
)
def test_a_small_study_has_what_it_can_have(trials, expected):
    assert list(titles(make_study(*trials))) == expected


def test_trials_that_share_no_parameter_have_no_axes_in_common():
    trials = [made(0.9 + n / 100, **({"C": 1.0} if n % 2 else {"degree": 3})) for n in range(12)]
    assert "Parallel coordinates" not in titles(make_study(*trials))


def test_thousands_of_trials_are_thinned_where_each_is_a_line():
    charts = {chart.title: chart for chart in draw_charts(make_study(*conditional(350, steps=5)))}
    for title in ("Parallel coordinates", "Intermediate values"):
        chart = charts[title]
        assert len(json.loads(chart.figures[0])["data"]) <= LINES + 1
        assert chart.note


def test_importances_need_ten_trials_two_parameters_and_a_difference():
    assert importances(make_study(*conditional(9))) == {}
    assert importances(make_study(*[made(0.9, C=1.0 + n) for n in range(12)])) == {}
    assert importances(make_study(*[made(0.9, C=1.0 + n, kernel="rbf") for n in range(12)])) == {}
    found = importances(make_study(*conditional(40)))
    assert sum(found.values()) == pytest.approx(1)
    assert list(found.values()) == sorted(found.values(), reverse=True)
