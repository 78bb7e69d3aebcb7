import time

import pytest

from retrace.tools.search.trials.evaluating import LocalEvaluator, Outcome


def test_a_report_waits_for_its_answer():
    heard, judged = [], []

    def function(overrides, report):
        heard.extend(report(step, 0.5) for step in (1, 2))
        return Outcome(values=(1 + overrides["x"],))

    def judge(*report):
        judged.append(report)
        return len(judged) == 2

    with LocalEvaluator(function) as evaluator:
        evaluator.submit(7, {"x": 2})
        assert [evaluator.listen(60, judge) for _ in range(3)] == [None, None, (7, Outcome(values=(3,)))]
        assert evaluator.listen(0.01, judge) is None
    assert judged == [(7, 1, 0.5), (7, 2, 0.5)]
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
        evaluator.listen(60, lambda *_: False)
    assert over == [True]


def test_a_mistake_in_the_code_comes_to_the_surface():
    with LocalEvaluator(lambda *_: 1 / 0) as evaluator:
        evaluator.submit(0, {})
        with pytest.raises(ZeroDivisionError):
            evaluator.listen(60, lambda *_: False)
