"""The story of a model in use: promoted, a worse one refused, a better one served, and back again."""

import io
import json

import pytest
from starlette.testclient import TestClient

from retrace.tools.serving import Settings
from retrace.tools.serving.application import make_application
from retrace.tools.serving.model import Holder

# Neighbours of whom so many vote: nearly all rows of training, all, a few.
MIDDLING, WORSE, BETTER = 80, 106, 5

CONTENT = {"content-type": "text/csv"}


@pytest.fixture(scope="module")
def clone(reproduced, tmp_path_factory):
    folder = tmp_path_factory.mktemp("story") / "clone"
    return reproduced.copy_to(folder)


def train(clone, n_neighbors):
    clone.set(model="knn", models__knn__n_neighbors=n_neighbors)
    clone.retrace("repro")
    clone.run("git", "add", "-A")
    clone.run("git", "commit", "-qm", f"{n_neighbors} neighbours")


def promote(clone, *options, check=True):
    return clone.retrace("promote", "--local", "--accept", " ", *options, check=check)


@pytest.mark.long  # the gates, the rollback and the reload have tests of their own, on made-up models
def test_what_is_promoted_is_what_is_served(clone, wine):
    train(clone, MIDDLING)
    assert "verdict: the first model in this stage" in promote(clone).stdout

    with clone.at_home():
        holder = Holder("prod")
    log = io.StringIO()
    client = TestClient(make_application(holder, Settings(), log=log))
    server = client.app.state.server

    def answers():
        with clone.at_home():
            server.reload()
        said = client.post("/predict", content=wine.read_bytes(), headers=CONTENT).json()
        return said["model"]["commit"], [row["predicted"] for row in said["rows"]]

    first, middling = answers()

    train(clone, WORSE)
    refused = promote(clone, check=False)
    assert refused.returncode == 1
    assert "prod keeps v1.0.0: 1 of 5 gates failed (verdict)" in refused.stderr
    assert "verdict: worse: `accuracy`" in refused.stderr
    assert answers() == (first, middling)

    train(clone, BETTER)
    promoted = promote(clone)
    assert "prod: v1.1.0" in promoted.stdout
    assert "verdict: better: `accuracy`" in promoted.stdout
    second, better = answers()
    assert second == clone.run("git", "rev-parse", "HEAD").stdout.strip()
    assert better != middling

    back = clone.retrace("promote", "--rollback")
    assert "prod: rolled back from v1.1.0 to v1.0.0" in back.stdout
    assert answers() == (first, middling)
    events = [json.loads(line)["event"] for line in log.getvalue().splitlines()]
    assert events.count("reload") == 2
    assert client.get("/version").json()["metrics"]["accuracy"]["value"] < 0.9
