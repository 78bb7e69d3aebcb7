"""Trials in this process, one at a time."""

import queue
import threading
from collections.abc import Mapping
from typing import Any

from retrace.tools.search.trials.events import Callback, Evaluator, Event, Finished, Objective, Reported

# A network that is told to stop does so after its epoch.
SECONDS_TO_STOP = 5


class LocalEvaluator(Evaluator):
    """Compute trials in a thread, so that the searcher hears of each epoch, and of Ctrl-C at once."""

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self._events: queue.SimpleQueue[Event | BaseException] = queue.SimpleQueue()
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

    def next_event(self, seconds: float | None) -> Event | None:
        """Wait for what happens next; None where nothing does in that time."""
        try:
            event = self._events.get(timeout=seconds)
        except queue.Empty:
            return None
        if isinstance(event, BaseException):
            raise event
        return event

    def answer(self, number: int, stop: bool) -> None:
        """Reply to what the trial reported."""
        self._answers.put(stop)

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
                self._events.put(error)
                return
            self._events.put(Finished(number, outcome))

    def _reporter(self, number: int) -> Callback:
        def report(step: int, value: float) -> bool:
            if self._closed:
                return True
            self._events.put(Reported(number, step, value))
            return self._answers.get() or self._closed

        return report
