"""Who proposes the next setting, and who stops those that fall behind.

What a sampler proposes follows from the seed, the number of the trial and the trials before it, so a
search that was interrupted goes on as if it had not been.
"""

import random
from collections.abc import Callable, Mapping
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner
from optuna.samplers import BaseSampler, CmaEsSampler, NSGAIISampler, RandomSampler, TPESampler
from optuna.study import Study
from optuna.trial import FrozenTrial

from retrace.core.errors import RetraceError
from retrace.tools.search.study.spaces import Space

# Before that many trials are finished, there is no median to speak of.
STARTUP_TRIALS = 5

# The first fifth of the epochs says little of the last.
WARM_UP = 5


class Repeatable(BaseSampler):
    """A sampler that is made anew for each trial, from the search's seed and the trial's number.

    Parameters
    ----------
    make : callable
        From a seed to one of Optuna's samplers.
    together : dict or None
        The distributions that are sampled jointly; None: the sampler finds out itself. Told from
        outside because params.yaml's own values, trial 0, may lie outside the space, and a sampler
        would then no longer take those parameters together.
    """

    def __init__(
        self,
        make: Callable[[int], BaseSampler],
        seed: int,
        together: Mapping[str, BaseDistribution] | None,
    ) -> None:
        self._make = make
        self._seed = seed
        self._together = together

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """Return what is sampled jointly."""
        if self._together is not None:
            return dict(self._together)
        return self._made_for(trial).infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Sample jointly."""
        return self._made_for(trial).sample_relative(study, trial, search_space)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """Sample one parameter by itself: the same where an interruption came just before it."""
        inner = self._made_for(trial, param_name)
        return inner.sample_independent(study, trial, param_name, param_distribution)

    def _made_for(self, trial: FrozenTrial, *what: str) -> BaseSampler:
        seed = " ".join([f"{self._seed} {trial.number}", *what])
        return self._make(random.Random(seed).getrandbits(32))


SAMPLERS: dict[str, Callable[[int], BaseSampler]] = {
    "tpe": lambda seed: TPESampler(seed=seed, multivariate=True),
    "random": lambda seed: RandomSampler(seed=seed),
    "grid": lambda seed: RandomSampler(seed=seed),  # never asked: a grid knows what comes next
    "cmaes": lambda seed: CmaEsSampler(seed=seed, warn_independent_sampling=False),
    "nsga2": lambda seed: NSGAIISampler(seed=seed, population_size=20),
}


def make_sampler(name: str, space: Space, seed: int) -> BaseSampler:
    """Make the sampler that the user asked for.

    Raises
    ------
    RetraceError
        It cannot search this space.
    """
    together = {
        each.name: each.distribution
        for each in space.parameters
        if not each.when and not each.distribution.single()
    }
    if name == "cmaes":
        together = {
            key: each for key, each in together.items() if not isinstance(each, CategoricalDistribution)
        }
        if len(together) < 2:
            raise RetraceError(
                "--sampler cmaes needs two or more ranges without a condition, this space has"
                f" {len(together)}: use tpe"
            )
    return Repeatable(SAMPLERS[name], seed, None if name == "nsga2" else together)


def make_pruner(name: str, steps: int, folds: int | None) -> BasePruner:
    """Make the pruner that the user asked for.

    Parameters
    ----------
    steps : int
        How often a trial reports at most: its epochs or folds.
    folds : int or None
        A fold says more of the end than an epoch does.
    """
    if name == "none" or steps < 2:
        return NopPruner()
    if name == "hyperband":
        return HyperbandPruner(min_resource=1, max_resource=steps, reduction_factor=3)
    warm_up = 1 if folds else max(1, steps // WARM_UP)
    return MedianPruner(n_startup_trials=STARTUP_TRIALS, n_warmup_steps=warm_up)
