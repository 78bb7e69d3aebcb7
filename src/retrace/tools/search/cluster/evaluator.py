"""Trials on a Dask cluster: of this machine's processes, or of many machines."""

import sys
import time
import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from queue import Empty
from typing import TYPE_CHECKING, Any, Self

from tqdm import tqdm

from retrace.tools.search.cluster.connecting import connection
from retrace.tools.search.cluster.dispatch import Dispatch
from retrace.tools.search.cluster.workers import Order
from retrace.tools.search.cluster.workforce import ClusterError, Workforce
from retrace.tools.search.trials.events import Event, Finished, Objective, Outcome, Reported

if TYPE_CHECKING:
    from distributed import Future

MOST_TRIES = 3

SECONDS_WITHOUT_WORKERS = 600.0

SECONDS_BETWEEN_CHECKS = 0.1

# A worker that was killed is often back in less.
SECONDS_BEFORE_WORDS = 4.0


@dataclass
class Submitted:
    """A trial between `submit` and its `Finished`; without a worker it waits for one."""

    order: Order
    worker: str | None = None
    future: "Future[Any] | None" = None
    asked: int | None = None
    answers: dict[int, bool] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


class ClusterEvaluator:
    """Compute trials on the workers of a Dask cluster, one at a time in each.

    Parameters
    ----------
    objective : callable
        Can be pickled, pins its seed and threads itself. Sent once to each worker.
    jobs : int
        How many processes of this machine; without an address.
    address : str or None
        Of a Dask scheduler, such as ``tcp://10.0.0.1:8786``, which goes on when the search is over.
    gpu : bool
        Use only workers that have the Dask resource ``GPU``.
    patience : float
        How many seconds to wait where there is no worker.

    Raises
    ------
    ClusterError
        The scheduler does not answer, or no worker can be used.
    """

    def __init__(
        self,
        objective: Objective,
        *,
        jobs: int = 1,
        address: str | None = None,
        gpu: bool = False,
        patience: float = SECONDS_WITHOUT_WORKERS,
    ) -> None:
        from distributed.protocol.pickle import dumps

        self._topic = f"retrace-{uuid.uuid4().hex[:12]}"
        self._running: dict[int, Submitted] = {}
        self._patience = patience
        self._idle_since, self._told = time.monotonic(), False
        payload = dumps(objective)
        with ExitStack() as stack:
            client = stack.enter_context(connection(jobs=jobs, address=address, gpu=gpu))
            self._dispatch = Dispatch(client, self._topic, gpu=gpu)
            self._workforce = Workforce(client, payload, self._topic, gpu, _echo)
            self._wait_for_the_first()
            self._stack = stack.pop_all()

    def slots(self) -> int:
        """Return how many workers have the data; they may come and go."""
        return len(self._workforce.ready)

    def submit(self, number: int, overrides: Mapping[str, Any]) -> None:
        """Start a trial on a free worker, or as soon as there is one."""
        self._running[number] = Submitted(Order(self._topic, number, 1, dict(overrides)))
        self._place()

    def next_event(self, seconds: float | None) -> Event | None:
        """Wait for a report or an outcome; None where nothing comes, or as soon as there are more slots.

        Raises
        ------
        ClusterError
            The scheduler went away, or there was no worker for too long.
        """
        end = time.monotonic() + (float("inf") if seconds is None else seconds)
        slots = self.slots()
        while True:
            if event := self._follow_workers() or self._listen(end):
                return event
            if time.monotonic() >= end or self.slots() > slots:
                return None

    def answer(self, number: int, stop: bool) -> None:
        """Send the reply that a trial's report waits for."""
        trial = self._running[number]
        if trial.asked is not None:
            trial.answers[trial.asked] = stop
            self._reply(trial, trial.asked)
            trial.asked = None

    def __enter__(self) -> Self:
        """Return the evaluator itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take back what runs; end the processes that were started here, and no others."""
        self._running.clear()
        self._stack.close()

    def _listen(self, end: float) -> Event | None:
        try:
            left = min(SECONDS_BETWEEN_CHECKS, end - time.monotonic())
            message = self._dispatch.inbox.get(timeout=max(0.0, left))
        except Empty:
            return None
        trial = self._running.get(message.number)
        if trial is None or trial.order.attempt != message.attempt:
            return None  # of a worker that was thought lost
        if isinstance(message.content, Reported):
            return self._note(trial, message.content)
        return self._end(trial, message.content)

    def _note(self, trial: Submitted, report: Reported) -> Reported | None:
        """Pass a report on once: a trial that is run again repeats those of its first run."""
        if report.step in trial.answers:
            self._reply(trial, report.step)
        elif trial.asked != report.step:
            trial.asked = report.step
            return report
        return None

    def _reply(self, trial: Submitted, step: int) -> None:
        if trial.worker:
            self._dispatch.reply(trial.order, trial.worker, step, trial.answers[step])

    def _end(self, trial: Submitted, result: Outcome | BaseException) -> Finished | None:
        if isinstance(result, Outcome):
            return self._finish(trial, result)
        kind = type(result).__name__
        if kind == "KilledWorker":
            return self._lose(trial)
        if kind in {"CancelledError", "FutureCancelledError"}:
            raise self._workforce.gone()
        return self._finish(trial, Outcome(values=None, error=f"{kind}: {result}"))

    def _finish(self, trial: Submitted, outcome: Outcome) -> Finished:
        del self._running[trial.order.number]
        return Finished(trial.order.number, outcome)

    def _lose(self, trial: Submitted) -> Finished | None:
        """Run a trial again elsewhere; give it up where it seems to be what ends its workers."""
        trial.lost.append(str(trial.worker))
        if trial.future is not None:
            trial.future.release()
        trial.worker = trial.future = None
        # What the lost worker may still say is of an earlier attempt, and nobody's.
        trial.order = replace(trial.order, attempt=trial.order.attempt + 1)
        if len(trial.lost) < MOST_TRIES:
            return None
        workers = ", ".join(trial.lost)
        reason = f"its worker died {MOST_TRIES} times ({workers}), perhaps for want of memory"
        return self._finish(trial, Outcome(values=None, error=reason))

    def _follow_workers(self) -> Finished | None:
        self._workforce.update()
        for trial in list(self._running.values()):
            lost = trial.worker and trial.worker not in self._workforce.ready
            if lost and (given_up := self._lose(trial)):
                return given_up
        self._place()
        self._check_patience()
        return None

    def _place(self) -> None:
        taken = {trial.worker for trial in self._running.values()}
        free = {worker: data for worker, data in self._workforce.ready.items() if worker not in taken}
        waiting = [trial for trial in self._running.values() if trial.worker is None]
        for trial, (worker, data) in zip(waiting, free.items(), strict=False):
            trial.worker = worker
            trial.future = self._dispatch.order(trial.order, data, worker)

    def _wait_for_the_first(self) -> None:
        while not self._workforce.ready:
            self._workforce.update()
            self._check_patience()
            if self._workforce.left_out and not self._workforce.hopeful:
                raise ClusterError(self._workforce.why_nobody())
            time.sleep(0.02)

    def _check_patience(self) -> None:
        now, minutes = time.monotonic(), f"{self._patience / 60:.3g} min"
        if self._workforce.hopeful:
            self._idle_since, self._told = now, False
        elif now - self._idle_since > self._patience:
            raise ClusterError(f"{self._workforce.why_nobody()} (waited {minutes})")
        elif now - self._idle_since > min(SECONDS_BEFORE_WORDS, self._patience / 2) and not self._told:
            self._told = True
            _echo(f"{self._workforce.why_nobody()}; waiting up to {minutes}")


def _echo(line: str) -> None:
    tqdm.write(line, file=sys.stderr)
