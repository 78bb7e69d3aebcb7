"""Requests that mean no good get 4xx and one clear line, never 5xx."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from schemathesis import checks, openapi

HEADERS = {"json": "application/json", "csv": "text/csv", "png": "image/png", "text": "text/plain"}

GOOD = {"size": 1, "stamp": 1.6e9, "count": 2, "nothing": None, "port": "a", "street": "s1"}


def row(**changed):
    return json.dumps({"rows": [GOOD | changed]})


TABLES = {
    "nothing": ("json", ""),
    "cut off": ("json", '{"rows": [{"size": 1'),
    "no JSON": ("json", "size=1&count=2"),
    "not UTF-8": ("json", b'{"rows": ["\xff\xfe"]}'),
    "a list": ("json", "[1, 2]"),
    "a number": ("json", "1e400"),
    "NaN": ("json", '{"rows": [{"size": NaN}]}'),
    "Infinity": ("json", '{"rows": [{"size": -Infinity}]}'),
    "too large": ("json", '{"rows": [{"size": 1e400}]}'),
    "many digits": ("json", '{"rows": [{"size": ' + "9" * 5000 + "}]}"),
    "no rows": ("json", '{"rows": []}'),
    "rows of numbers": ("json", '{"rows": [1, null, "x"]}'),
    "a lacking column": ("json", '{"rows": [{"size": 1}]}'),
    "text for a number": ("json", row(count="many")),
    "a list for a number": ("json", row(count=[1])),
    "an object for a text": ("json", row(port={"a": 1})),
    "half a character": ("json", '{"rows": ["\\ud800"]}'),
    "deep": ("json", '{"rows": ' + "[" * 100_000 + "]" * 100_000 + "}"),
    "an empty CSV": ("csv", "\n"),
    "a header alone": ("csv", "size,stamp,count,nothing,port,street\n"),
    "another header": ("csv", "a,b\n1,2\n"),
    "too many fields": ("csv", "size,stamp,count,nothing,port,street\n1,2,3,4,5,6,7,8\n"),
    "quotes that do not end": ("csv", 'size,stamp,count,nothing,port,street\n1,2,3,,"a,s\n'),
    "zeros": ("csv", b"\0" * 1000),
    "no CSV": ("csv", b"PAR1\x00\xff\xfe" * 50),
    "another type": ("text", "hello"),
    "a photo": ("png", b"\x89PNG\r\n\x1a\n"),
}

IMAGES = {
    "a flat list": '{"rows": [[1, 2, 3]]}',
    "a ragged list": '{"rows": [[[1, 2], [3]]]}',
    "floats": json.dumps({"rows": [np.full((8, 8), 0.5).tolist()]}),
    "too bright": json.dumps({"rows": [np.full((8, 8), 256).tolist()]}),
    "texts": json.dumps({"rows": [np.full((8, 8), "1").tolist()]}),
    "truths": json.dumps({"rows": [np.full((8, 8), True).tolist()]}),
    "huge": json.dumps({"rows": [np.full((8, 8), 10**25).tolist()]}),
}


def refused(response):
    said = response.json()
    assert 400 <= response.status_code < 500, said
    assert said["error"]
    assert "\n" not in said["error"]
    return said


@pytest.mark.parametrize("name", TABLES)
def test_a_bad_table_is_refused_in_one_line(serve, name):
    kind, body = TABLES[name]
    refused(serve().post("/predict", content=body, headers={"content-type": HEADERS[kind]}))


@pytest.mark.parametrize("name", IMAGES)
def test_a_bad_image_is_refused_in_one_line(serve, name):
    said = refused(serve("images").post("/predict", content=IMAGES[name]))
    assert "row 1 is no image of 8 rows of 8 pixels" in said["error"]


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\0" * 100, b"BM" + b"\xff" * 99], ids=str
)
def test_a_bad_photo_is_refused_in_one_line(serve, content):
    refused(serve("images").post("/predict", content=content, headers={"content-type": "image/png"}))


def test_what_is_wrong_is_said(serve):
    client = serve()
    said = refused(client.post("/predict", content=row(count="many")))
    assert said["details"] == ["row 1: count holds 'many', should be a number"]
    said = refused(client.post("/predict", content='{"rows": [{"size": 1}]}'))
    assert said["details"] == [
        "row 1: lacks stamp, count, nothing, port, street: write null for a gap"
    ]


def test_other_paths_and_methods_are_refused(serve):
    client = serve()
    assert client.get("/nowhere").json() == {"error": "Not Found", "details": []}
    assert client.get("/predict").status_code == 405


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["table", "numbers", "images", "texts"])
def test_schemathesis_finds_no_answer_that_openapi_does_not_promise(serve, kind):
    schema = openapi.from_asgi("/openapi.json", serve(kind).app)
    quiet = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}

    @schema.parametrize()
    def nothing(case):
        raise AssertionError

    statuses = set()
    for operation in schema.get_all_operations():
        strategy = operation.ok().as_strategy()
        statuses |= ask_examples(strategy, 250 if operation.ok().path == "/predict" else 5, quiet)
    assert max(statuses) < 500
    assert min(statuses) == 200


def ask_examples(strategy, most, quiet):
    from hypothesis import given

    statuses = set()

    @given(strategy)
    @settings(max_examples=most, **quiet)
    def ask(case):
        response = case.call()
        statuses.add(response.status_code)
        case.validate_response(
            response,
            checks=[
                checks.not_a_server_error,
            ],
        )

    ask()
    return statuses
