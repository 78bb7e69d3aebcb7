from functools import partial

import pytest

pytest.importorskip("distributed", reason="requirements-hpo.txt is not installed")

import toys
from retrace.tools.search.cluster.connecting import connection
from retrace.tools.search.cluster.dispatch import Dispatch, Message
from retrace.tools.search.cluster.workers import Order
from retrace.tools.search.trials.events import Reported


@pytest.mark.slow
def test_an_answer_that_gets_lost_is_asked_for_again(params):
    with connection() as client:
        dispatch = Dispatch(client, "topic", gpu=False)
        (worker,) = client.scheduler_info()["workers"]
        (objective,) = client.scatter([partial(toys.impatient, toys.Toy(params))], workers=[worker])
        order = Order("topic", 5, 1, {})
        future = dispatch.order(order, objective, worker)
        messages = [dispatch.inbox.get(timeout=10) for _ in range(2)]
        assert messages == [Message(5, 1, Reported(5, 0, 0.5))] * 2
        dispatch.reply(order, worker, step=0, stop=True)
        ended = dispatch.inbox.get(timeout=10)
        while isinstance(ended.content, Reported):  # asked once more before the answer came
            ended = dispatch.inbox.get(timeout=10)
        assert ended.content.pruned
        future.release()
