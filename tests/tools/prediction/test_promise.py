import pytest

from retrace.core.errors import ModelError
from retrace.tools.prediction.promise import promise_of
from retrace.tools.prediction.source import find_source


@pytest.mark.slow
def test_the_promise_is_that_of_the_report(published):
    import json

    with published.at_home():
        promise = promise_of(find_source("v1.0.0"))
    metrics = json.loads(published.read("metrics.json"))["test"]
    assert promise.values == pytest.approx({name: metrics[name] for name in promise.values})
    assert len(promise.rows) == metrics["n"]
    interval = promise.intervals[promise.metric]
    assert interval.low < promise.values[promise.metric] < interval.high


@pytest.mark.slow
def test_a_model_that_is_another_now_is_not_taken_for_the_old_one(published):
    from dataclasses import replace

    with published.at_home():
        source = replace(find_source("v1.0.0"), lock="another")
        with pytest.raises(ModelError, match="is another model now"):
            promise_of(source)
