"""Who computes trials for a searcher, what they say to each other, and trials in this process."""

import queue
import threading
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


# A trial that is over, by its number.
Finished = tuple[int, Outcome]

# Told a step and the value there; returns whether to stop.
Callback = Callable[[int, float], bool]

# The same of the trial with a number.
Judge = Callable[[int, int, float], bool]

# What computes a trial from its overrides, such as ``{"models.svm.C": 10.0}``.
Objective = Callable[[Mapping[str, Any], Callback], Outcome]

# A network that is told to stop does so after its epoch.
SECONDS_TO_STOP = 5


class Evaluator(Protocol):
    """Whoever computes trials: this process, or others near and far."""

    def slots(self) -> int:
        """Return how many trials can run at once; workers may come and go."""

    def submit(self, number: int, overrides: Mapping[str, Any]) -> None:
        """Start a trial."""

    def listen(self, seconds: float | None, judge: Judge) -> Finished | None:
        """Wait for a trial that is over, judge reports meanwhile; None: none yet, ask again."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Stop what still runs, and let go of processes and connections."""


class LocalEvaluator(Evaluator):
    """Compute trials in a thread, so that the searcher hears of each epoch, and of Ctrl-C at once."""

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self._said: queue.SimpleQueue[Finished | tuple[int, int, float] | BaseException] = (
            queue.SimpleQueue()
        )
        self._orders: queue.SimpleQueue[tuple[int, Mapping[str, Any]] | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._closed = False
        # One thread for all trials: OpenMP keeps the number of its threads for each thread by itself.
        self._thread = threading.Thread(target=self._work, daemon=True, name="trials")
        self._thread.start()

    def slots(self) -> int:
        """Return one."""
        return 1

    def submit(self, number: int, overrides: Mapping[str, Any]) -> None:
        """Start a trial."""
        self._orders.put((number, overrides))

    def listen(self, seconds: float | None, judge: Judge) -> Finished | None:
        """Wait for what happens next; None where that is a report, or nothing in that time."""
        try:
            said = self._said.get(timeout=seconds)
        except queue.Empty:
            return None
        if isinstance(said, BaseException):
            raise said
        if len(said) == 2:
            return said
        self._answers.put(judge(*said))
        return None

    def __exit__(self, *_: object) -> None:
        # Tell the trial that runs to stop; it may not hear, so do not wait for long.
        self._closed = True
        self._orders.put(None)
        self._answers.put(True)
        self._thread.join(SECONDS_TO_STOP)

    def _work(self) -> None:
        while (order := self._orders.get()) is not None and not self._closed:
            number, overrides = order
            try:
                outcome = self._objective(overrides, self._reporter(number))
            except BaseException as error:  # the searcher is to end as if it had called itself
                self._said.put(error)
                return
            self._said.put((number, outcome))

    def _reporter(self, number: int) -> Callback:
        def report(step: int, value: float) -> bool:
            if self._closed:
                return True
            self._said.put((number, step, value))
            return self._answers.get() or self._closed

        return report
