import pickle

import pytest

from retrace.tools.search.cluster.versions import describe
from retrace.tools.search.cluster.workers import ANSWERS, DiffersError, deliver, prepare


def test_a_worker_with_the_same_code_unpacks_what_trials_share():
    prepared = prepare(pickle.dumps(("the data", len)), describe())
    assert (prepared.task, prepared.function) == ("the data", len)


def test_a_worker_that_differs_does_not_even_unpack():
    searcher = describe() | {"torch": "1.0"}
    with pytest.raises(DiffersError, match=r"torch .* \(here 1.0\)"):
        prepare(b"not a pickle", searcher)


def test_an_answer_that_comes_too_late_is_left_alone():
    deliver(("a search", 7, 1), 3, True)
    assert not ANSWERS
