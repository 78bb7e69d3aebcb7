from retrace.core.errors import DataError
from retrace.tools.serving.refusals import RefusedError, refused


def test_a_refusal_is_one_line_that_utf_8_can_hold():
    body = RefusedError(422, "a\nb \ud800", ["c\td"]).body()
    assert body == {"error": "a b ?", "details": ["c d"]}


def test_what_a_reader_says_is_a_refusal():
    error = refused(DataError("no", details=["row 1"]))
    assert (error.status, error.details) == (422, ("row 1",))
