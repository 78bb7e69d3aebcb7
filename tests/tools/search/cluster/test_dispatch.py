import pytest

pytest.importorskip("distributed", reason="requirements-hpo.txt is not installed")

import toys
from retrace.tools.search.cluster.connecting import connection
from retrace.tools.search.cluster.dispatch import Dispatch, Ended, Said
from retrace.tools.search.cluster.workers import Order, Prepared


@pytest.mark.slow
def test_an_answer_that_gets_lost_is_asked_for_again(params):
    with connection(jobs=1, address=None, gpu=False) as client:
        dispatch = Dispatch(client, "topic", gpu=False)
        (worker,) = client.scheduler_info()["workers"]
        (prepared,) = client.scatter([Prepared(toys.Toy(params), toys.impatient)], workers=[worker])
        order = Order("topic", 5, 1, {})
        future = dispatch.order(order, prepared, worker)
        said = [dispatch.inbox.get(timeout=10) for _ in range(2)]
        assert said == [Said(5, 1, 0, 0.5)] * 2
        dispatch.reply(order, worker, step=0, stop=True)
        ended = dispatch.inbox.get(timeout=10)
        while isinstance(ended, Said):  # asked once more before the answer came
            ended = dispatch.inbox.get(timeout=10)
        assert isinstance(ended, Ended)
        assert ended.result.pruned
        future.release()
