import pickle

from retrace.tools.search.trials.events import Finished, Outcome


def test_an_event_can_be_sent_to_another_process():
    event = Finished(3, Outcome(values=(0.5,), attributes={"worker": "here"}))
    assert pickle.loads(pickle.dumps(event)) == event
