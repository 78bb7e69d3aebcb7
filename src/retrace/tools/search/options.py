"""The options of `retrace search`, and what can be said of them before anything heavy is imported."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from retrace.core.errors import ParamsError, RetraceError, did_you_mean

if TYPE_CHECKING:
    from retrace.core.params import Params
    from retrace.core.records import Task

SPACES = Path("hpo/spaces.yaml")

# Goals that are no metrics of metrics.json; less of each is better.
COSTS = ("seconds", "size")

# Gives a line to the user.
Echo = Callable[[str], None]

Sampler = Literal["tpe", "random", "grid", "cmaes", "nsga2"]
Pruner = Literal["median", "hyperband", "none"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the user asked of a search; `retrace search --help` says what each means."""

    trials: int = 30
    timeout: float | None = None
    folds: int | None = None
    seed: int = 0
    metric: str | None = None
    goals: tuple[str, ...] = ()
    jobs: int = 1
    cluster: str | None = None
    sampler: Sampler = "tpe"
    pruner: Pruner = "median"
    space: Path = SPACES
    study: str | None = None
    storage: str | None = None
    apply: bool = False
    trial: int | None = None
    splits: int = 10
    force: bool = False

    @property
    def applies(self) -> bool:
        """Whether a winner is to run in the pipeline."""
        return self.apply or self.trial is not None

    def check(self) -> None:
        """Refuse what is wrong whatever the data are.

        Raises
        ------
        RetraceError
            The name of the study is none, or two options do not go together.
        """
        if self.force and not self.applies:
            raise RetraceError("--force applies a winner that is not confirmed: give --apply too")
        if self.study is not None and not re.fullmatch(r"\w[\w.-]*", self.study):
            raise ParamsError(
                f"--study: got '{self.study}', should be letters, digits, '-', '_' and '.'"
            )
        if self.sampler == "cmaes" and self.goals:
            raise RetraceError(
                "--sampler cmaes serves one goal only; allowed for several: tpe, nsga2, random"
            )

    def all_goals(self, settings: "Params", task: "Task") -> tuple[str, ...]:
        """Return the metric, and then the further goals.

        Raises
        ------
        ParamsError
            One is unknown, or there twice.
        """
        from retrace.evaluation.metrics import known_metrics

        goals = (self.metric or settings.metric, *self.goals)
        for position, goal in enumerate(goals):
            allowed = [*known_metrics(task), *(COSTS if position else ())]
            if goal not in allowed:
                option = "--goals" if position else "--metric"
                raise ParamsError(
                    f"{option}: got '{goal}'{did_you_mean(goal, allowed)};"
                    f" allowed for a {task}: {', '.join(allowed)}"
                )
        if len(set(goals)) < len(goals):
            raise ParamsError(
                f"--goals: got {', '.join(goals)} (the metric is the first): name each once"
            )
        return goals
