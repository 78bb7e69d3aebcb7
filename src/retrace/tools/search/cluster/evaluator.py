"""Trials on a Dask cluster: of this machine's processes, or of many machines.

Orders, reports, answers and outcomes all go through Dask's scheduler, so that workers need to reach
nothing else. Dask's thread only puts what it hears into the inbox; the searcher's thread decides.
"""

import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from distributed import Future
from distributed.protocol.pickle import dumps

from retrace.tools.search.cluster.connecting import connection
from retrace.tools.search.cluster.workers import Mailbox, deliver, run_trial
from retrace.tools.search.cluster.workforce import Workforce
from retrace.tools.search.trials.evaluating import Evaluator, Finished, Judge, Objective, Outcome

MOST_TRIES = 3

SECONDS_WITHOUT_WORKERS = 600.0

SECONDS_BETWEEN_CHECKS = 0.1


@dataclass
class Submitted:
    """A trial that is not over; without a worker it waits for one."""

    number: int
    overrides: Mapping[str, Any]
    worker: str | None = None
    future: Future[Any] | None = None
    answers: dict[int, bool] = field(default_factory=dict)
    # The workers that it was lost with; as many as attempts before: what those still say is nobody's.
    lost: list[str] = field(default_factory=list)


class ClusterEvaluator(Evaluator):
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
        self._topic = f"retrace-{uuid.uuid4().hex[:12]}"
        self._running: dict[int, Submitted] = {}
        self._inbox: SimpleQueue[tuple[int, int, tuple[int, float] | Outcome | BaseException]] = (
            SimpleQueue()
        )
        self._resources = {"GPU": 1} if gpu else None
        payload = dumps(objective)
        with ExitStack() as stack:
            self._client = stack.enter_context(connection(jobs=jobs, address=address, gpu=gpu))
            self._client.subscribe_topic(self._topic, self._hear)
            self._workforce = Workforce(self._client, payload, self._topic, gpu, patience)
            self._workforce.wait_for_the_first()
            self._stack = stack.pop_all()

    def slots(self) -> int:
        """Return how many workers have the data; they may come and go."""
        return len(self._workforce.ready)

    def submit(self, number: int, overrides: Mapping[str, Any]) -> None:
        """Start a trial on a free worker, or as soon as there is one."""
        self._running[number] = Submitted(number, dict(overrides))
        self._place()

    def listen(self, seconds: float | None, judge: Judge) -> Finished | None:
        """Wait for a trial that is over; None where none is, or as soon as there are more slots.

        Raises
        ------
        ClusterError
            The scheduler went away, or there was no worker for too long.
        """
        end = monotonic() + (float("inf") if seconds is None else seconds)
        slots = self.slots()
        while True:
            if finished := self._follow_workers() or self._hear_next(end, judge):
                return finished
            if monotonic() >= end or self.slots() > slots:
                return None

    def __exit__(self, *_: object) -> None:
        # Take back what runs; end the processes that were started here, and no others.
        self._running.clear()
        self._stack.close()

    def _hear_next(self, end: float, judge: Judge) -> Finished | None:
        try:
            left = min(SECONDS_BETWEEN_CHECKS, end - monotonic())
            number, attempt, said = self._inbox.get(timeout=max(0.0, left))
        except Empty:
            return None
        trial = self._running.get(number)
        if trial is None or len(trial.lost) != attempt:
            return None  # of a worker that was thought lost
        if not isinstance(said, tuple):
            return self._end(trial, said)
        step, value = said
        # Judged once: a trial that is run again repeats the reports of its first run.
        if step not in trial.answers:
            trial.answers[step] = judge(number, step, value)
        self._reply(trial, step)
        return None

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
        del self._running[trial.number]
        return trial.number, outcome

    def _lose(self, trial: Submitted) -> Finished | None:
        """Run a trial again elsewhere; give it up where it seems to be what ends its workers."""
        trial.lost.append(str(trial.worker))
        if trial.future is not None:
            trial.future.release()
        trial.worker = trial.future = None
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
        self._workforce.check_patience()
        return None

    def _place(self) -> None:
        taken = {trial.worker for trial in self._running.values()}
        free = {worker: data for worker, data in self._workforce.ready.items() if worker not in taken}
        waiting = [trial for trial in self._running.values() if trial.worker is None]
        for trial, (worker, objective) in zip(waiting, free.items(), strict=False):
            mailbox = self._topic, trial.number, len(trial.lost)
            trial.worker = worker
            # Held here, or Dask takes the trial back.
            trial.future = self._client.submit(
                run_trial,
                objective,
                mailbox,
                trial.overrides,
                key="-".join(map(str, mailbox)),
                workers=[worker],
                resources=self._resources,
                pure=False,
            )
            self._in_dasks_thread(self._await, mailbox, trial.future)

    def _reply(self, trial: Submitted, step: int) -> None:
        """Answer a report; an answer that gets lost is asked for again."""
        if trial.worker:
            mailbox = self._topic, trial.number, len(trial.lost)
            self._in_dasks_thread(self._send, mailbox, trial.worker, step, trial.answers[step])

    def _in_dasks_thread(self, function: Any, *arguments: Any) -> None:
        if self._client.loop is not None:
            self._client.loop.add_callback(function, *arguments)

    def _hear(self, event: tuple[float, list[Any]]) -> None:
        number, attempt, step, value = event[1]
        self._inbox.put((number, attempt, (step, value)))

    async def _await(self, mailbox: Mailbox, future: Future[Any]) -> None:
        result: Outcome | BaseException
        try:
            result = await future
        except BaseException as error:  # a trial may raise anything, and Dask cancels with one of these
            result = error
        self._inbox.put((*mailbox[1:], result))

    async def _send(self, mailbox: Mailbox, worker: str, step: int, stop: bool) -> None:
        await self._client.run(deliver, mailbox, step, stop, workers=[worker], on_error="ignore")
