"""The one loop of a search: ask, submit, hear what happens, tell, until there are enough trials."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from optuna.trial import FrozenTrial, Trial, TrialState

from retrace.core.errors import RetraceError
from retrace.tools.search.setup import Prepared
from retrace.tools.search.study.spaces import setting_key
from retrace.tools.search.study.studies import (
    ask,
    awaits_baseline,
    begun,
    put_back,
    put_back_orphans,
    tell,
)
from retrace.tools.search.trials.evaluating import Evaluator, Outcome

# So often a searcher looks whether another one died, or the time is up.
SECONDS_BETWEEN_LOOKS = 2.0

# When so many have failed and none has succeeded, more of them would not help.
FAILURES = 5

# What a trial takes over from an equal one, beside its values.
KEPT = ("scores", "copy_of")

# Of a trial that should not have begun: it does not count.
SURPLUS = Outcome(values=None, attributes={"retired": "surplus"})


@dataclass(frozen=True)
class Running:
    """A trial that was submitted, its setting, and the steps it had reported when it began."""

    trial: Trial
    key: str
    reported: frozenset[int]


class Search:
    """One searcher at work on a study.

    Parameters
    ----------
    on_end : callable
        Told the number and the outcome of each trial that ends here.
    """

    def __init__(
        self, prepared: Prepared, evaluator: Evaluator, on_end: Callable[[int, Outcome], None]
    ) -> None:
        self._opened, self._space, self._options = prepared.opened, prepared.space, prepared.options
        self._evaluator = evaluator
        self._on_end = on_end
        limit = self._options.timeout
        self._deadline = float("inf") if limit is None else time.monotonic() + limit
        self._settings = prepared.settings or {}
        self._grid = self._settings if self._options.sampler == "grid" else {}
        self._looked = float("-inf")
        self._running: dict[int, Running] = {}
        self._outcomes: dict[str, Outcome] = {}  # what an equal setting takes over
        self._tried: dict[int, str] = {}  # the setting of each trial that is over

    def run(self) -> str:
        """Search, and say in one line why it ended.

        Raises
        ------
        RetraceError
            The first trials all failed, or the study cannot be written.
        """
        try:
            while True:
                why = self._fill()
                if why and not self._running:
                    return why
                if finished := self._evaluator.listen(SECONDS_BETWEEN_LOOKS, self._shall_stop):
                    self._finish(*finished)
        finally:
            self._give_back()

    def _fill(self) -> str:
        """Begin trials while there is room; say why there will be no more, if so."""
        while not (why := self._reason_to_end()) and len(self._running) < self._evaluator.slots():
            self._begin()
        return why

    def _reason_to_end(self) -> str:
        if time.monotonic() > self._deadline:
            return "the time is up"
        if time.monotonic() - self._looked > SECONDS_BETWEEN_LOOKS:
            put_back_orphans(self._opened)
            self._looked = time.monotonic()
        trials = self._opened.trials()
        self._learn(trials)
        if awaits_baseline(trials):
            return ""  # what params.yaml has now is scored in a full study too
        if (n_begun := len(begun(trials))) >= self._options.trials:
            return f"the study has {n_begun} trials"
        running = [each.key for each in self._running.values()]
        if self._settings and self._settings.keys() <= {*self._tried.values(), *running}:
            return f"all {len(self._settings)} settings have been tried"
        return ""

    def _begin(self) -> None:
        trial, overrides = ask(self._opened, self._space, self._grid)
        *earlier, now = self._opened.trials()[: trial.number + 1]
        if len(begun(earlier)) >= self._options.trials and not trial.user_attrs.get("baseline"):
            tell(self._opened, trial.number, SURPLUS)
            return
        key = setting_key(overrides)
        if key in self._outcomes:
            self._finish(trial.number, self._outcomes[key])
            return
        self._running[trial.number] = Running(trial, key, frozenset(now.intermediate_values))
        self._evaluator.submit(trial.number, overrides)

    def _learn(self, trials: list[FrozenTrial]) -> None:
        """Note what trials that are over found out, by their settings: a fit repeats itself."""
        for trial in trials:
            told = trial.user_attrs
            if trial.number in self._tried or not trial.state.is_finished():
                continue
            if "overrides" not in told or "retired" in told:
                continue
            key = self._tried[trial.number] = setting_key(told["overrides"])
            if trial.state == TrialState.PRUNED:
                continue  # its fate hung on the others: again it may live
            values = None if trial.state == TrialState.FAIL else tuple(trial.values)
            kept = {name: told[name] for name in KEPT if name in told}
            kept.setdefault("copy_of", trial.number)
            self._outcomes.setdefault(
                key, Outcome(values=values, error=told.get("error"), attributes=kept)
            )

    def _shall_stop(self, number: int, step: int, value: float) -> bool:
        trial, before = self._running[number].trial, self._running[number].reported
        if len(self._opened.study.directions) > 1 or trial.user_attrs.get("baseline"):
            return False  # the baseline is what the others are measured against
        # A trial that was interrupted comes this way again: what was decided then is decided.
        if step in before:
            return step == max(before) and trial.should_prune()
        trial.report(value, step)
        return trial.should_prune()

    def _finish(self, number: int, outcome: Outcome) -> None:
        self._running.pop(number, None)
        if tell(self._opened, number, outcome):
            self._on_end(number, outcome)
        if outcome.error:
            self._give_up_if_all_fail(outcome.error)

    def _give_up_if_all_fail(self, error: str) -> None:
        counted = begun(self._opened.trials())
        failed = [trial for trial in counted if trial.state == TrialState.FAIL]
        if len(failed) == len(counted) and len(failed) >= min(FAILURES, self._options.trials):
            many = f"the first {len(failed)} trials" if len(failed) > 1 else "the only trial"
            raise RetraceError(f"{many} failed: {error}")

    def _give_back(self) -> None:
        """Leave the running trials to whoever goes on; on a full disk this must wait for them."""
        for number in list(self._running):
            with contextlib.suppress(RetraceError):
                put_back(self._opened, number)
