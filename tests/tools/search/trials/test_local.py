import time

import pytest

from retrace.tools.search.trials.events import Finished, Outcome, Reported
from retrace.tools.search.trials.local import LocalEvaluator


def test_a_report_waits_for_its_answer():
    heard = []

    def function(overrides, report):
        heard.extend(report(step, 0.5) for step in (1, 2))
        return Outcome(values=(1 + overrides["x"],))

    with LocalEvaluator(function) as evaluator:
        evaluator.submit(7, {"x": 2})
        for step, stop in ((1, False), (2, True)):
            assert evaluator.next_event(10) == Reported(7, step, 0.5)
            assert evaluator.next_event(0.01) is None
            evaluator.answer(7, stop)
        assert evaluator.next_event(10) == Finished(7, Outcome(values=(3,)))
    assert heard == [False, True]


def test_closing_stops_a_trial_at_its_next_report():
    over = []

    def function(overrides, report):
        while not report(1, 0.0):
            time.sleep(0.01)
        over.append(True)
        return Outcome(values=None, pruned=True)

    with LocalEvaluator(function) as evaluator:
        evaluator.submit(0, {})
        evaluator.next_event(10)
    assert over == [True]


def test_a_mistake_in_the_code_comes_to_the_surface():
    with LocalEvaluator(lambda *_: 1 / 0) as evaluator:
        evaluator.submit(0, {})
        with pytest.raises(ZeroDivisionError):
            evaluator.next_event(10)
