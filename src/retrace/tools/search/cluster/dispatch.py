"""The line between searcher and workers: orders out, reports in, answers out, outcomes in.

All of it goes through Dask's scheduler, so that workers need to reach nothing else. Dask's thread only
puts what it hears into the inbox; the searcher's thread decides.
"""

from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from retrace.tools.search.cluster.workers import Order, deliver, run_trial
from retrace.tools.search.trials.events import Outcome, Reported

if TYPE_CHECKING:
    from distributed import Client, Future


@dataclass(frozen=True)
class Message:
    """What comes of an order: a report, at last an outcome, or what went wrong."""

    number: int
    attempt: int
    content: Reported | Outcome | BaseException


class Dispatch:
    """Sends orders and answers to workers, and collects what comes back.

    Parameters
    ----------
    topic : str
        Of this search's events.
    gpu : bool
        Ask Dask for the resource ``GPU``.
    """

    def __init__(self, client: "Client", topic: str, *, gpu: bool) -> None:
        self.inbox: SimpleQueue[Message] = SimpleQueue()
        self._client = client
        self._resources = {"GPU": 1} if gpu else None
        client.subscribe_topic(topic, self._hear)

    def order(self, order: Order, objective: "Future[Any]", worker: str) -> "Future[Any]":
        """Have a worker run a trial; hold the future, or Dask takes the trial back."""
        future = self._client.submit(
            run_trial,
            objective,
            order,
            key=f"{order.topic}-{order.number}-{order.attempt}",
            workers=[worker],
            resources=self._resources,
            pure=False,
        )
        self._call(self._await, order, future)
        return future

    def reply(self, order: Order, worker: str, step: int, stop: bool) -> None:
        """Answer a report; an answer that gets lost is asked for again."""
        self._call(self._send, order.mailbox, worker, step, stop)

    def _call(self, function: Any, *arguments: Any) -> None:
        if self._client.loop is not None:
            self._client.loop.add_callback(function, *arguments)

    def _hear(self, event: tuple[float, list[Any]]) -> None:
        number, attempt, step, value = event[1]
        self.inbox.put(Message(number, attempt, Reported(number, step, value)))

    async def _await(self, order: Order, future: "Future[Any]") -> None:
        result: Outcome | BaseException
        try:
            result = await future
        except BaseException as error:  # a trial may raise anything, and Dask cancels with one of these
            result = error
        self.inbox.put(Message(order.number, order.attempt, result))

    async def _send(self, mailbox: tuple[str, int, int], worker: str, step: int, stop: bool) -> None:
        await self._client.run(deliver, mailbox, step, stop, workers=[worker], on_error="ignore")
