import json

from retrace.tools.serving.answering import Answer, Question, answer_questions
from retrace.tools.serving.model import Served
from retrace.tools.serving.refusals import RefusedError


def test_each_question_has_an_answer_or_a_refusal_in_its_place(predictors, rows):
    served = Served(predictor=predictors["table"][0], promise=None)
    good = Question("application/json", json.dumps({"rows": rows["table"][:2]}).encode())
    said = answer_questions(served, [good, Question("application/json", b"{"), good], 10)
    assert [type(each) for each in said] == [Answer, RefusedError, Answer]
    assert said[0].content["rows"] == said[2].content["rows"]


def test_values_that_no_training_row_had_are_noted(predictors, rows):
    served = Served(predictor=predictors["table"][0], promise=None)
    body = json.dumps({"rows": [rows["table"][0] | {"port": "nowhere"}]}).encode()
    (said,) = answer_questions(served, [Question("application/json", body)], 10)
    assert said.content["notes"] == ["port has values that no training row had: nowhere"]
