"""How a person sees a search go on: a bar on a terminal, a line for each new best in a log."""

import operator
import sys
from collections.abc import Sequence

from optuna.trial import FrozenTrial, TrialState
from tqdm import tqdm

from retrace.evaluation.intervals import number_text
from retrace.tools.search.study.studies import begun
from retrace.tools.search.trials.events import Outcome
from retrace.tools.search.trials.scoring import lower_is_better


class Progress:
    """Show each trial that ends, on standard error: ``bar`` is the context manager.

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
        self._worse = operator.ge if lower_is_better(goal) else operator.le
        self._trials = trials
        self._done = sum(trial.state.is_finished() for trial in begun(before))
        self._best: tuple[float, int] | None = None
        watched = sys.stderr.isatty()
        self.bar = tqdm(
            total=trials, initial=self._done, unit="trial", smoothing=0.1, disable=not watched
        )
        for trial in before:
            if trial.state == TrialState.COMPLETE:
                self._note(trial.number, trial.values[0])

    def show(self, number: int, outcome: Outcome) -> None:
        """Count a trial, and say so where it is the best."""
        self._done += 1
        is_best = outcome.values is not None and self._note(number, outcome.values[0])
        self.bar.update()
        if is_best and self.bar.disable:
            # What params.yaml has is scored in a full study too.
            print(f"{self._done} of {max(self._trials, self._done)}: {self.summary()}", file=sys.stderr)

    def summary(self) -> str:
        """Say what is the best so far."""
        if self._best is None:
            return "no trial has a score yet"
        value, number = self._best
        return f"best {self._goal} {number_text(value)} (trial {number})"

    def _note(self, number: int, value: float) -> bool:
        """Tell whether a value is better than all before it."""
        if self._best is not None and self._worse(value, self._best[0]):
            return False
        self._best = (value, number)
        self.bar.set_description_str(self.summary(), refresh=False)
        return True
