import asyncio
import json
import re

import httpx
import numpy as np
import pandas as pd
import pytest

from retrace.tools.prediction.predictor import named

KINDS = ["table", "numbers", "images", "texts"]


@pytest.mark.parametrize("kind", KINDS)
def test_answers_are_those_of_the_model(serve, predictors, rows, kind):
    predictor, parts = predictors[kind]
    expected = named(predictor.answer(parts.X), predictor.signature.classes)
    said = serve(kind).post("/predict", json={"rows": rows[kind]}).json()["rows"]
    assert [row["predicted"] for row in said] == pytest.approx(expected["predicted"].tolist(), abs=1e-9)
    if kind != "numbers":
        shares = [list(row["probabilities"].values()) for row in said]
        assert np.abs(np.array(shares) - expected.filter(regex="^p_").to_numpy()).max() < 1e-12


@pytest.mark.parametrize("kind", ["table", "texts"])
def test_csv_and_json_say_the_same(serve, predictors, rows, kind):
    X = pd.DataFrame(predictors[kind][1].X).rename(columns={0: "text"})
    client = serve(kind)
    said = client.post(
        "/predict", content=X.to_csv(index=False), headers={"content-type": "text/csv; charset=utf-8"}
    )
    expected = client.post("/predict", json={"rows": rows[kind]}).json()["rows"]
    for row, other in zip(said.json()["rows"], expected, strict=True):
        assert row["probabilities"] == pytest.approx(other["probabilities"], abs=1e-12)


def test_a_photo_is_answered(serve, predictors):
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(predictors["images"][1].X[0][..., 0]).save(file, "png")
    said = serve("images").post(
        "/predict", content=file.getvalue(), headers={"content-type": "image/png"}
    )
    assert said.json()["rows"][0]["id"] == "the photo"


@pytest.mark.parametrize("kind", KINDS)
def test_requests_that_come_together_get_the_answers_that_each_gets_alone(serve, rows, kind):
    client = serve(kind)
    alone = [client.post("/predict", json={"rows": [row]}).json()["rows"] for row in rows[kind][:20]]

    async def together():
        transport = httpx.ASGITransport(client.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as asking:
            asked = [asking.post("/predict", json={"rows": [row]}) for row in rows[kind][:20]]
            bad = asking.post("/predict", json={"rows": [{"size": "x"}]})
            *said, refused = await asyncio.gather(*asked, bad)
            return [each.json()["rows"] for each in said], refused.status_code

    said, status = asyncio.run(together())
    assert status == 422
    predicted, expected = ([row[0]["predicted"] for row in each] for each in (said, alone))
    assert predicted == (pytest.approx(expected) if kind == "numbers" else expected)
    assert max(client.app.state.server.batcher.sizes) > 1
    if kind != "numbers":
        values = [[list(row[0]["probabilities"].values()) for row in each] for each in (said, alone)]
        assert np.abs(np.subtract(*values)).max() < 1e-6


def test_the_server_tells_how_it_is(serve, rows):
    client = serve()
    client.post("/predict", json={"rows": rows["table"][:3]})
    assert client.get("/health").json() == {"status": "alive"}
    assert client.get("/ready").json()["model"] == "0" * 32
    assert client.get("/version").json()["data"]["licence"] == "CC0"
    metrics = client.get("/metrics").text
    assert "retrace_rows_total 3.0" in metrics
    assert 'retrace_requests_total{path="/predict",status="200"} 1.0' in metrics


def test_the_log_has_a_line_a_request_and_nothing_that_was_asked(serve):
    client = serve("texts")
    client.post("/predict", json={"rows": ["a secret word"]})
    client.get("/a-secret-path")
    lines = [json.loads(line) for line in client.log.getvalue().splitlines()]
    assert [(line["path"], line["status"]) for line in lines] == [("/predict", 200), ("other", 404)]
    assert "secret" not in client.log.getvalue()


def test_a_token_is_asked_for_where_there_are_tokens(serve, rows):
    client = serve(tokens=frozenset({"one", "two"}))
    ask = {"url": "/predict", "json": {"rows": rows["table"][:1]}}
    refused = client.post(**ask)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert client.post(**ask, headers={"authorization": "Bearer no"}).status_code == 401
    assert client.post(**ask, headers={"authorization": "Bearer two"}).status_code == 200
    assert client.get("/health").status_code == 200


def test_too_much_and_too_often_is_refused(serve, rows):
    ask = {"url": "/predict", "json": {"rows": rows["table"][:3]}}
    assert serve(megabytes=1e-5).post(**ask).json()["error"] == "the body is larger than 1e-05 MB"
    assert serve(rows=2).post(**ask).json()["error"] == "got 3 rows; allowed: 2 in a request"
    client = serve(rate=1)
    assert [client.post(**ask).status_code for _ in range(2)] == [200, 429]


def test_openapi_tells_what_a_row_is(serve):
    row = serve().get("/openapi.json").json()["paths"]["/predict"]["post"]["requestBody"]["content"]
    columns = row["application/json"]["schema"]["properties"]["rows"]["items"]["properties"]
    assert columns["port"]["examples"] == ["a", "b", "c"]
    assert columns["count"]["type"] == ["number", "null"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_the_api_loads_nothing(serve, kind):
    said = serve(kind, tokens=frozenset({"one"})).get("/docs")
    assert "default-src 'none'" in said.headers["content-security-policy"]
    assert not re.search(r"<(script|link|img|iframe)|(src|url)\s*[=(]|//(?!testserver)", said.text)
    assert "curl -s http://testserver/predict -H 'Content-Type: application/json'" in said.text
    assert "-H 'Authorization: Bearer ...'" in said.text
    assert all(f"GET /{path}</code>" in said.text for path in ("health", "ready", "version", "metrics"))


def test_a_model_that_takes_the_place_of_another_answers_from_then_on(serve, predictors, rows):
    client = serve()
    server = client.app.state.server
    assert not server.reload()
    server.holder.next = predictors["numbers"][0]
    assert server.reload()
    said = client.post("/predict", json={"rows": rows["numbers"][:1]}).json()["rows"][0]
    assert isinstance(said["predicted"], float)
    assert "retrace_reloads_total 1.0" in client.get("/metrics").text
    assert '"event": "reload"' in client.log.getvalue()


def test_the_page_of_each_kind_asks_for_what_the_model_takes(serve):
    wanted = {"table": 'name="port"', "images": 'id="pad"', "texts": 'id="text"'}
    for kind, piece in wanted.items():
        page = serve(kind).get("/")
        assert piece in page.text
        assert "script-src 'self'" in page.headers["content-security-policy"]
