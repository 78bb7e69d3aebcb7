"""Requests that come together are answered together: while the model is busy, those that wait add up.

No request waits for company: when the model is free it takes whatever is there.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from retrace.tools.serving.refusals import RefusedError

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Batcher(Generic[Question, Answer]):
    """One thread that answers, and a queue before it.

    Parameters
    ----------
    answer : callable
        Takes questions, returns for each an answer or the exception that its asker gets.
    most : int
        Questions at once.
    waiting : int
        Questions in the queue, at most.
    """

    def __init__(
        self, answer: Callable[[list[Question]], list[Answer | Exception]], *, most: int, waiting: int
    ) -> None:
        self._answer, self._most, self._limit = answer, most, waiting
        self._queue: deque[tuple[Question, asyncio.Future[Answer]]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="model")
        self._worker: asyncio.Task[None] | None = None
        self.sizes: deque[int] = deque(maxlen=1000)

    async def ask(self, question: Question) -> Answer:
        """Return the answer to a question.

        Raises
        ------
        RefusedError
            Too many wait already.
        """
        if len(self._queue) >= self._limit:
            raise RefusedError(429, f"{len(self._queue)} requests wait already: try again later")
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queue.append((question, future))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await future

    async def finish(self) -> None:
        """Wait until nobody waits any more."""
        if self._worker is not None:
            await self._worker
        self._thread.shutdown()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(self._most, len(self._queue)))]
            self.sizes.append(len(batch))
            questions = [question for question, _ in batch]
            try:
                answers = await loop.run_in_executor(self._thread, self._answer, questions)
            except Exception as error:  # whatever it is, each asker has to hear of it
                answers = [error] * len(batch)
            for (_, future), answer in zip(batch, answers, strict=True):
                if future.done():  # the client has gone
                    continue
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)
