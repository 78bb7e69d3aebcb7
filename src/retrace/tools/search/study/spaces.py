"""What is searched: the parameters, their ranges, and which of them exist beside which others."""

import itertools
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import Trial

# So many digits make a value that a person can read, and cost a search nothing.
DIGITS = 4

# Of a range in a grid.
POINTS = 5

# A space with more settings than this cannot be exhausted in a lifetime of trials.
MOST_SETTINGS = 10_000

Distribution = CategoricalDistribution | FloatDistribution | IntDistribution


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One searched parameter.

    Attributes
    ----------
    name : str
        Its full name, such as ``"models.svm.gamma"``.
    distribution : Distribution
        Its range as Optuna has it; of a choice, the labels of the choices.
    choices : tuple
        The values of a choice.
    when : dict
        Where it exists: ``{"models.svm.kernel": ("rbf", "poly")}``; empty: everywhere.
    """

    name: str
    distribution: Distribution
    choices: tuple[Any, ...] = ()
    when: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def suggest(self, trial: Trial) -> Any:
        """Let a trial choose, and return its choice as Optuna has it."""
        each = self.distribution
        if isinstance(each, CategoricalDistribution):
            return trial.suggest_categorical(self.name, each.choices)
        if isinstance(each, IntDistribution):
            return trial.suggest_int(self.name, each.low, each.high, log=each.log, step=each.step)
        return trial.suggest_float(self.name, each.low, each.high, log=each.log, step=each.step)

    def value(self, suggested: Any) -> Any:
        """Turn what Optuna suggests into what params.yaml would have."""
        if isinstance(self.distribution, CategoricalDistribution):
            return next(choice for choice in self.choices if label(choice) == suggested)
        if isinstance(self.distribution, IntDistribution):
            return int(suggested)
        rounded = float(f"{suggested:.{DIGITS}g}")
        return min(max(rounded, self.distribution.low), self.distribution.high)

    def contains(self, value: Any) -> bool:
        """Tell whether a value of params.yaml lies in the space."""
        if isinstance(self.distribution, CategoricalDistribution):
            return any(_same(value, choice) for choice in self.choices)
        numbers = int if isinstance(self.distribution, IntDistribution) else (int, float)
        is_number = isinstance(value, numbers) and not isinstance(value, bool)
        return is_number and bool(self.distribution._contains(value))

    def exists_beside(self, values: Mapping[str, Any]) -> bool:
        """Tell whether the parameter exists beside the values of others."""
        return all(
            name in values and any(_same(values[name], allowed) for allowed in choices)
            for name, choices in self.when.items()
        )

    def values(self, most: int) -> list[Any]:
        """Return values that stand for all: every one of a choice, else at most so many of a range."""
        each, count = self.distribution, self.count
        if isinstance(each, CategoricalDistribution):
            return list(self.choices)
        if count is None or (each.log and count > most):
            spread = np.geomspace if each.log else np.linspace
            values = spread(each.low, each.high, most)
        else:
            values = each.low + np.linspace(0, count - 1, min(count, most)).round() * (each.step or 1)
        whole = isinstance(each, IntDistribution)
        return list(dict.fromkeys(self.value(round(v) if whole else v) for v in values))

    @property
    def count(self) -> int | None:
        """How many values there are; None where there is no end of them."""
        each = self.distribution
        if isinstance(each, CategoricalDistribution):
            return len(self.choices)
        return None if each.step is None else int((each.high - each.low) / each.step + 1e-9) + 1


@dataclass(frozen=True)
class Space:
    """The searched parameters, each after those that its condition names."""

    parameters: tuple[Parameter, ...]

    @property
    def names(self) -> list[str]:
        """The full names of the parameters."""
        return [parameter.name for parameter in self.parameters]

    def note(self, trial: Trial, overrides: Mapping[str, Any]) -> None:
        """Tell a trial values that were chosen before; those outside the space stay untold."""
        inside = self.inside(overrides)
        for parameter in self.parameters:
            if parameter.name in inside:
                parameter.suggest(trial)

    def choose(self, choice: Callable[[Parameter], Any]) -> dict[str, Any]:
        """Choose a value for each parameter that exists beside those before it: overrides."""
        chosen: dict[str, Any] = {}
        for parameter in self.parameters:
            if parameter.exists_beside(chosen):
                chosen[parameter.name] = choice(parameter)
        return chosen

    def inside(self, overrides: Mapping[str, Any]) -> dict[str, Any]:
        """Return those overrides that lie in the space, as Optuna has them."""
        return {
            parameter.name: label(overrides[parameter.name])
            for parameter in self.parameters
            if parameter.name in overrides and parameter.contains(overrides[parameter.name])
        }

    def settings(self, most: int) -> Iterator[dict[str, Any]]:
        """Go through the settings of the space, with at most so many values of each range."""
        settings: Iterator[dict[str, Any]] = iter([{}])
        for parameter in self.parameters:
            settings = _with(settings, parameter, most)
        return settings

    def grid(self, seed: int) -> dict[str, dict[str, Any]]:
        """Return the settings of a grid by their keys, in a random order that the seed decides."""
        settings = {setting_key(setting): setting for setting in self.settings(POINTS)}
        order = random.Random(seed).sample(sorted(settings), len(settings))
        return {key: settings[key] for key in order}

    def all_settings(self) -> dict[str, dict[str, Any]] | None:
        """Return every setting by its key; None where there is no end of them, or hardly one."""
        if any(parameter.count is None for parameter in self.parameters):
            return None
        settings = list(itertools.islice(self.settings(MOST_SETTINGS), MOST_SETTINGS + 1))
        if len(settings) > MOST_SETTINGS:
            return None
        return {setting_key(setting): setting for setting in settings}


def _with(
    settings: Iterator[dict[str, Any]], parameter: Parameter, most: int
) -> Iterator[dict[str, Any]]:
    for setting in settings:
        if parameter.exists_beside(setting):
            yield from ({**setting, parameter.name: value} for value in parameter.values(most))
        else:
            yield setting


def label(choice: Any) -> Any:
    """Return a choice as Optuna can store it: a list becomes text."""
    return json.dumps(choice) if isinstance(choice, list | tuple | dict) else choice


def setting_key(overrides: Mapping[str, Any]) -> str:
    """Return text that is equal for equal overrides."""
    return json.dumps(overrides, sort_keys=True)


def _same(first: Any, second: Any) -> bool:
    """Compare as YAML would: true is not 1."""
    return first == second and isinstance(first, bool) == isinstance(second, bool)
