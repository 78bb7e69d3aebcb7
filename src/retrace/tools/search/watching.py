"""How a person sees a search go on: a bar on a terminal, a line for each new best in a log."""

import sys
from collections.abc import Sequence
from typing import Any, Self

from optuna.trial import FrozenTrial, TrialState
from tqdm import tqdm

from retrace.tools.search.study.studies import begun
from retrace.tools.search.trials.events import Outcome
from retrace.tools.search.trials.scoring import lower_is_better


class Progress:
    """Show each trial that ends, on standard error; a context manager.

    Parameters
    ----------
    goal : str
        The first goal of the study.
    trials : int
        How many there shall be.
    before : sequence of FrozenTrial
        Those that there are.
    """

    def __init__(self, goal: str, trials: int, before: Sequence[FrozenTrial]) -> None:
        self._goal = goal
        self._sign = 1 if lower_is_better(goal) else -1
        self._trials = trials
        self._done = sum(trial.state.is_finished() for trial in begun(before))
        self._best: tuple[float, int] | None = None
        for trial in before:
            if trial.state == TrialState.COMPLETE:
                self._improves(trial.number, trial.values[0])
        self._bar: tqdm[Any] | None = None

    def __enter__(self) -> Self:
        """Show a bar where someone watches."""
        if sys.stderr.isatty():
            self._bar = tqdm(total=self._trials, initial=self._done, unit="trial", smoothing=0.1)
            self._label_bar()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()

    def show(self, number: int, outcome: Outcome) -> None:
        """Count a trial, and say so where it is the best."""
        self._done += 1
        is_best = outcome.values is not None and self._improves(number, outcome.values[0])
        if self._bar is not None:
            self._label_bar()
            self._bar.update()
        elif is_best:
            # What params.yaml has is scored in a full study too.
            trials = max(self._trials, self._done)
            print(f"{self._done} of {trials}: {self._best_in_words()}", file=sys.stderr)

    def summary(self) -> str:
        """Say what is the best so far."""
        return "no trial has a score yet" if self._best is None else self._best_in_words()

    def _improves(self, number: int, value: float) -> bool:
        if self._best is not None and self._sign * value >= self._sign * self._best[0]:
            return False
        self._best = (value, number)
        return True

    def _label_bar(self) -> None:
        if self._bar is not None and self._best is not None:
            self._bar.set_description_str(self._best_in_words(), refresh=False)

    def _best_in_words(self) -> str:
        assert self._best is not None
        value, number = self._best
        return f"best {self._goal} {value:.4f} (trial {number})"
