import pytest

from retrace.tools.tracking.records import Record
from retrace.tools.tracking.store import open_store
from retrace.tools.tracking.writing import log_record

pytestmark = pytest.mark.slow


def test_more_values_than_one_request_takes_are_all_there_and_again_no_more(runs, logged):
    curve = [("loss", step, 1 / (step + 1)) for step in range(1001)]
    many = {f"p{number}": "1" for number in range(101)}
    record = Record(key="k", name="long", began=5, ended=7, curves=curve, params=many, tags=many)
    with open_store() as store:
        assert log_record(store, record)
        run = store.client.search_runs([store.experiment])[0]
        store.client.update_run(run.info.run_id, "RUNNING")
        assert log_record(store, record)
        assert not log_record(store, record)
        assert len(store.client.get_metric_history(run.info.run_id, "loss")) == 1001
    assert (logged()["long"].data.params, logged()["long"].info.end_time) == (many, 7)
