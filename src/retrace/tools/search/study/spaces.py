"""What is searched: the parameters, their ranges, and which of them exist beside which others."""

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import Trial

Kind = Literal["log", "float", "int", "log_int", "choice"]

# So many digits make a value that a person can read, and cost a search nothing.
DIGITS = 4

# Of a range in a grid.
POINTS = 5

# A space with more settings than this cannot be exhausted in a lifetime of trials.
MOST_SETTINGS = 10_000


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One searched parameter.

    Attributes
    ----------
    name : str
        Its full name, such as ``"models.svm.gamma"``.
    kind : str
    low, high : float or int or None
        The ends of a range, both included; None of a choice.
    step : float or int or None
        Between neighbouring values of a range.
    choices : tuple
        The values of a choice.
    when : dict
        Where it exists: ``{"models.svm.kernel": ("rbf", "poly")}``; empty: everywhere.
    """

    name: str
    kind: Kind
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[Any, ...] = ()
    when: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    @property
    def distribution(self) -> "BaseDistribution":
        """The parameter as Optuna has it."""
        from optuna.distributions import (
            CategoricalDistribution,
            FloatDistribution,
            IntDistribution,
        )

        if self.kind == "choice":
            return CategoricalDistribution(tuple(map(label, self.choices)))
        low, high, step = self.low, self.high, self.step
        assert low is not None
        assert high is not None
        if self.kind in ("int", "log_int"):
            return IntDistribution(int(low), int(high), self.kind == "log_int", int(step or 1))
        return FloatDistribution(low, high, self.kind == "log", step)

    def value(self, suggested: Any) -> Any:
        """Turn what Optuna suggests into what params.yaml would have."""
        if self.kind == "choice":
            return next(choice for choice in self.choices if label(choice) == suggested)
        if self.kind in ("int", "log_int"):
            return int(suggested)
        assert self.low is not None
        assert self.high is not None
        return min(max(float(f"{suggested:.{DIGITS}g}"), self.low), self.high)

    def contains(self, value: Any) -> bool:
        """Tell whether a value of params.yaml lies in the space."""
        if self.kind == "choice":
            return any(_same(value, choice) for choice in self.choices)
        numbers = int if self.kind in ("int", "log_int") else (int, float)
        if not isinstance(value, numbers) or isinstance(value, bool):
            return False
        return bool(self.distribution._contains(value))

    def exists_beside(self, values: Mapping[str, Any]) -> bool:
        """Tell whether the parameter exists beside the values of others."""
        return all(
            name in values and any(_same(values[name], allowed) for allowed in choices)
            for name, choices in self.when.items()
        )

    def values(self, most: int) -> list[Any]:
        """Return values that stand for all: every one of a choice, else at most so many of a range."""
        if self.kind == "choice":
            return list(self.choices)
        assert self.low is not None
        assert self.high is not None
        if self.step is not None or self.kind == "int":
            count = self.count
            assert count is not None
            chosen = np.linspace(0, count - 1, min(count, most)).round()
            values = [self.low + position * (self.step or 1) for position in chosen]
        elif self.kind == "log_int" and self.high - self.low < most:
            values = list(np.arange(self.low, self.high + 1))
        elif self.kind == "float":
            values = list(np.linspace(self.low, self.high, most))
        else:
            values = list(np.geomspace(self.low, self.high, most))
        return list(dict.fromkeys(self.value(round(v) if "int" in self.kind else v) for v in values))

    @property
    def count(self) -> int | None:
        """How many values there are; None where there is no end of them."""
        if self.kind == "choice":
            return len(self.choices)
        assert self.low is not None
        assert self.high is not None
        if self.kind in ("log", "float") and self.step is None:
            return None
        return int((self.high - self.low) / (self.step or 1) + 1e-9) + 1


@dataclass(frozen=True)
class Space:
    """The searched parameters, each after those that its condition names."""

    parameters: tuple[Parameter, ...]
    text: str = ""

    @property
    def names(self) -> list[str]:
        """The full names of the parameters."""
        return [parameter.name for parameter in self.parameters]

    def suggest(self, trial: "Trial") -> dict[str, Any]:
        """Let a trial choose a value for each parameter that exists in it.

        Returns
        -------
        dict
            Full names and values, as `retrace.tools.repository.overrides.override_params` takes them.
        """
        overrides: dict[str, Any] = {}
        for parameter in self.parameters:
            if parameter.exists_beside(overrides):
                overrides[parameter.name] = parameter.value(_suggested(trial, parameter))
        return overrides

    def note(self, trial: "Trial", overrides: Mapping[str, Any]) -> None:
        """Tell a trial values that were chosen before; those outside the space stay untold."""
        inside = self.inside(overrides)
        for parameter in self.parameters:
            if parameter.name in inside:
                _suggested(trial, parameter)

    def restrict(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Keep of some values those of parameters that exist beside them."""
        kept: dict[str, Any] = {}
        for parameter in self.parameters:
            if parameter.exists_beside(kept):
                kept[parameter.name] = values[parameter.name]
        return kept

    def inside(self, overrides: Mapping[str, Any]) -> dict[str, Any]:
        """Return those overrides that lie in the space, as Optuna has them."""
        return {
            parameter.name: label(overrides[parameter.name])
            for parameter in self.parameters
            if parameter.name in overrides and parameter.contains(overrides[parameter.name])
        }

    def settings(self, most: int) -> Iterator[dict[str, Any]]:
        """Go through the settings of the space, with at most so many values of each range."""
        return self._extend({}, self.parameters, most)

    def _extend(
        self, chosen: dict[str, Any], rest: tuple[Parameter, ...], most: int
    ) -> Iterator[dict[str, Any]]:
        if not rest:
            yield chosen
            return
        parameter, *others = rest
        if not parameter.exists_beside(chosen):
            yield from self._extend(chosen, tuple(others), most)
            return
        for value in parameter.values(most):
            yield from self._extend({**chosen, parameter.name: value}, tuple(others), most)

    def all_settings(self) -> list[dict[str, Any]] | None:
        """Return every setting; None where there is no end of them, or hardly one."""
        if any(parameter.count is None for parameter in self.parameters):
            return None
        found = list(itertools.islice(self.settings(MOST_SETTINGS), MOST_SETTINGS + 1))
        return found if len(found) <= MOST_SETTINGS else None


def label(choice: Any) -> Any:
    """Return a choice as Optuna can store it: a list becomes text."""
    return json.dumps(choice) if isinstance(choice, list | tuple | dict) else choice


def setting_key(overrides: Mapping[str, Any]) -> str:
    """Return text that is equal for equal overrides."""
    return json.dumps(overrides, sort_keys=True)


def _suggested(trial: "Trial", parameter: Parameter) -> Any:
    name, low, high, step = parameter.name, parameter.low, parameter.high, parameter.step
    if parameter.kind == "choice":
        return trial.suggest_categorical(name, tuple(map(label, parameter.choices)))
    assert low is not None
    assert high is not None
    if parameter.kind in ("int", "log_int"):
        log = parameter.kind == "log_int"
        return trial.suggest_int(name, int(low), int(high), log=log, step=int(step or 1))
    return trial.suggest_float(name, low, high, log=parameter.kind == "log", step=step)


def _same(first: Any, second: Any) -> bool:
    """Compare as YAML would: true is not 1."""
    return first == second and isinstance(first, bool) == isinstance(second, bool)
