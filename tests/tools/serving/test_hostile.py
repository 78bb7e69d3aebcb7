"""Requests that mean no good get 4xx and one clear line, never 5xx."""

import json
import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

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
    assert said["details"] == ["row 1: lacks stamp, count, nothing, port, street: write null for a gap"]


def test_other_paths_and_methods_are_refused(serve):
    client = serve()
    assert client.get("/nowhere").json() == {"error": "Not Found", "details": []}
    assert client.get("/predict").status_code == 405


@pytest.mark.slow
@pytest.mark.parametrize("n", [60, pytest.param(400, marks=pytest.mark.long)])
@pytest.mark.parametrize(
    ("kind", "content_type"), [("table", "json"), ("table", "csv"), ("images", "json")]
)
def test_mutilated_requests_get_an_answer_or_a_refusal(serve, rows, kind, content_type, n):
    client, generator = serve(kind), random.Random(0)
    good = json.dumps({"rows": rows[kind][:2]}).encode()
    if content_type == "csv":
        good = pd.DataFrame(rows[kind][:2]).to_csv(index=False).encode()
    for _ in range(n):
        body = mutilated(good, generator)
        said = client.post("/predict", content=body, headers={"content-type": HEADERS[content_type]})
        assert said.status_code == 200 or refused(said), body


def mutilated(body, generator):
    """Cut a body off, double a piece of it, or put other bytes into it."""
    changed = bytearray(body)
    for _ in range(generator.randint(1, 4)):
        start = generator.randrange(len(changed) + 1)
        end = min(len(changed), start + generator.randint(0, 9))
        pieces = [b"", b"null", b"-", b"1e999", b'"', b"[", b"}", b",", b"\xff", b"\0", b"\n", b"NaN"]
        changed[start:end] = generator.choice([*pieces, bytes(changed[start:end]) * 3])
        if generator.random() < 0.1:
            del changed[start:]
    return bytes(changed)


@pytest.mark.slow
@pytest.mark.parametrize("n", [10, pytest.param(50, marks=pytest.mark.long)])
@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize("kind", ["table", "images"])
def test_schemathesis_finds_no_fault_by_the_openapi_of_the_server(serve, kind, mode, n):
    from schemathesis import GenerationMode, checks, openapi  # takes seconds, in each process

    schema, statuses = openapi.from_asgi("/openapi.json", serve(kind).app), set()

    @given(schema["/predict"]["POST"].as_strategy(generation_mode=GenerationMode(mode)))
    @settings(max_examples=n, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def ask(case):
        response = case.call()
        statuses.add(response.status_code)
        case.validate_response(response, checks=[checks.not_a_server_error])

    ask()
    assert statuses <= {200, 400, 413, 415, 422}
    assert 200 in statuses or mode == "negative"
