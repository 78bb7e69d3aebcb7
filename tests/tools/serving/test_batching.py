import asyncio
import threading

from retrace.tools.serving.batching import Batcher
from retrace.tools.serving.refusals import RefusedError


def test_what_waits_while_the_model_is_busy_is_answered_together():
    free = threading.Event()
    batches = []

    def answer(questions):
        batches.append(list(questions))
        free.wait(30)
        return [10 * each for each in questions]

    async def ask():
        batcher = Batcher(answer, most=3, waiting=10)
        first = asyncio.create_task(batcher.ask(0))
        while not batches:
            await asyncio.sleep(0)
        rest = [asyncio.create_task(batcher.ask(n)) for n in range(1, 6)]
        await asyncio.sleep(0)
        free.set()
        said = await asyncio.gather(first, *rest)
        await batcher.finish()
        return said

    assert asyncio.run(ask()) == [0, 10, 20, 30, 40, 50]
    assert batches == [[0], [1, 2, 3], [4, 5]]


def test_an_error_is_told_to_the_one_it_is_of():
    async def ask():
        batcher = Batcher(lambda qs: [ValueError("no") if q == 1 else q for q in qs], most=9, waiting=9)
        return await asyncio.gather(*map(batcher.ask, range(3)), return_exceptions=True)

    said = asyncio.run(ask())
    assert said[::2] == [0, 2]
    assert isinstance(said[1], ValueError)


def test_a_fault_of_the_whole_batch_is_told_to_all_and_the_next_is_answered():
    faults = iter([ValueError("no")])

    def answer(questions):
        for fault in faults:
            raise fault
        return questions

    async def ask():
        batcher = Batcher(answer, most=9, waiting=9)
        first = await asyncio.gather(batcher.ask(1), batcher.ask(2), return_exceptions=True)
        return first, await batcher.ask(3)

    first, then = asyncio.run(ask())
    assert list(map(type, first)) == [ValueError, ValueError]
    assert then == 3


def test_a_queue_that_is_full_refuses():
    async def ask():
        batcher = Batcher(lambda qs: qs, most=1, waiting=2)
        return await asyncio.gather(*map(batcher.ask, range(4)), return_exceptions=True)

    said = asyncio.run(ask())
    assert said[:2] == [0, 1]
    assert all(isinstance(each, RefusedError) and each.status == 429 for each in said[2:])
