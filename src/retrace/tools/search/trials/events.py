"""What the searcher and those that compute its trials say to each other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a trial.

    Attributes
    ----------
    values : tuple of float or None
        One per goal of the study; None where the trial failed or was stopped early.
    pruned : bool
        Whether it was stopped because others were ahead of it.
    error : str or None
        Why it failed, on one line.
    attributes : dict
        What else is known of it, such as the scores of its folds.
    """

    values: tuple[float, ...] | None
    pruned: bool = False
    error: str | None = None
    seconds: float = 0.0
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reported:
    """A running trial tells how good it is so far, and waits for an answer."""

    number: int
    step: int
    value: float


@dataclass(frozen=True)
class Finished:
    """A trial is over."""

    number: int
    outcome: Outcome


Event = Reported | Finished

# Told a step and the value there; returns whether to stop.
Callback = Callable[[int, float], bool]

# What computes a trial from its overrides, such as ``{"models.svm.C": 10.0}``.
Objective = Callable[[Mapping[str, Any], Callback], Outcome]


class Evaluator(Protocol):
    """Whoever computes trials: this process, or others near and far."""

    def slots(self) -> int:
        """Return how many trials can run at once; workers may come and go."""

    def submit(self, number: int, overrides: Mapping[str, Any]) -> None:
        """Start a trial."""

    def next_event(self, seconds: float | None) -> Event | None:
        """Wait for what happens next; None where nothing does in that time."""

    def answer(self, number: int, stop: bool) -> None:
        """Reply to what a trial reported."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Stop what still runs, and let go of processes and connections."""
