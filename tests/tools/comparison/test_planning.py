import pytest

from made_runs import labelled, valued
from retrace.core.errors import ComparisonError
from retrace.tools.comparison.planning import make_plan
from retrace.tools.repository.sides import load_side
from retrace.tools.significance.power import detectable_accuracy, rows_needed


@pytest.mark.parametrize(("discordant", "n"), [(36, 360), (30, 1000)])
def test_so_many_rows_find_what_the_detectable_difference_says(discordant, n):
    difference = detectable_accuracy(discordant, n)
    assert rows_needed(difference, discordant / n) == pytest.approx(n, rel=0.05)


def test_a_plan_follows_from_discordance_and_seeds(runs):
    runs.commit(labelled(right=0.8))
    for seed in range(2, 5):
        runs.experiment(f"seed-{seed}", labelled(right=0.8, seed=seed), seed=seed)
    main = load_side("main")
    runs.commit(labelled(right=0.85, seed=9), branch="other", models__svm__C=2.0)
    coarse, fine = (make_plan(main, load_side("other"), detect) for detect in (0.05, 0.005))
    assert coarse.units == "test rows"
    assert fine.needed > 50 * coarse.needed
    assert (coarse.seeds, coarse.n_seeds) == (None, 1)
    assert make_plan(load_side("other"), main, 0.005).seeds > 5


def test_other_metrics_scale_with_the_root_of_the_rows(runs):
    runs.commit(valued(noise=1.0), metric="mae")
    runs.commit(valued(noise=1.1, seed=1), branch="other", metric="mae")
    found = make_plan(load_side("main"), load_side("other"), 0.01)
    assert found.needed == pytest.approx(200 * (found.detectable / 0.01) ** 2, abs=1)


def test_runs_that_cannot_be_compared_give_no_plan(runs):
    runs.commit(labelled())
    runs.commit(labelled(n=100), branch="other")
    with pytest.raises(ComparisonError, match="nothing to plan from: the test rows are not the same"):
        make_plan(load_side("main"), load_side("other"), 0.01)
