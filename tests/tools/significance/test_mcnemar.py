import numpy as np
import pytest
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import mcnemar

from retrace.tools.significance.mcnemar import mcnemar_interval, mcnemar_p_value


@pytest.mark.parametrize(("gained", "lost"), [(0, 0), (0, 5), (6, 0), (3, 12), (40, 25), (7, 7)])
def test_p_value_is_that_of_statsmodels(gained, lost):
    exact = mcnemar([[50, lost], [gained, 9]], exact=True).pvalue
    # Of two sides that meet in the middle, the exact p-value stops at 1.
    expected = exact - stats.binom.pmf(gained, gained + lost, 0.5) if gained != lost else 1
    assert mcnemar_p_value(gained, lost) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("gained", "lost", "n"), [(1, 0, 44), (12, 9, 75), (36, 5, 100), (0, 0, 30)])
def test_limits_are_where_the_score_test_of_tango_rejects(gained, lost, n):
    # His variance is that of the likeliest rates of gains and losses that differ by the limit.
    limit = mcnemar_interval(gained, lost, n, 0.95).high

    def unlikelihood(rate):
        shares = np.array([rate + limit, rate, 1 - 2 * rate - limit])
        return -np.sum(np.array([gained, lost, n - gained - lost]) * np.log(shares))

    bounds = (1e-12, (1 - limit) / 2 - 1e-12)
    rate = optimize.minimize_scalar(unlikelihood, bounds=bounds, options={"xatol": 1e-10}).x
    z2 = (gained - lost - n * limit) ** 2 / (n * (2 * rate + limit * (1 - limit)))
    assert z2 == pytest.approx(1.96**2, rel=1e-3)


@pytest.mark.parametrize("confidence", [0.9, 0.95])
@pytest.mark.parametrize("n", [24, 5000])
def test_interval_leaves_out_0_exactly_when_the_test_rejects(n, confidence):
    for discordant in [*range(5, 25, 2), 200]:
        for gained in range(0, min(discordant, n) + 1, 1 + discordant // 30):
            interval = mcnemar_interval(gained, discordant - gained, max(n, discordant), confidence)
            rejects = mcnemar_p_value(gained, discordant - gained) < 1 - confidence
            assert (interval.low > 0 or interval.high < 0) == rejects


def test_interval_turns_with_the_sides():
    one, other = mcnemar_interval(9, 4, 100, 0.95), mcnemar_interval(4, 9, 100, 0.95)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


@pytest.mark.parametrize(
    ("n", "disagree"), [(50, 0.2), (100, 0.01), (100, 0.03), (100, 0.1), (360, 0.03)]
)
@pytest.mark.parametrize("won", [0.5, 0.8, 0.95, 1.0])
def test_interval_covers_the_truth_whatever_it_is(n, disagree, won):
    # No simulation: every outcome that may come up, weighted by its probability.
    most = int(n * disagree + 8 * np.sqrt(n * disagree) + 8)
    covered = 0.0
    for discordant in range(min(n, most) + 1):
        gained = np.arange(discordant + 1)
        weights = stats.binom.pmf(discordant, n, disagree) * stats.binom.pmf(gained, discordant, won)
        for g in gained[weights > 1e-5]:
            interval = mcnemar_interval(int(g), discordant - int(g), n, 0.95)
            covered += weights[g] * (interval.low <= disagree * (2 * won - 1) <= interval.high)
    assert covered >= 0.93
