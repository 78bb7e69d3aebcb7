import pytest

from retrace.search.parts import bring_up_to_date, stale_because
from retrace.stages import Stage, read_stages


@pytest.fixture(scope="module")
def stages(reproduced):
    return read_stages(reproduced.folder)


@pytest.fixture
def inside(reproduced, monkeypatch):
    monkeypatch.chdir(reproduced.folder)
    return reproduced


@pytest.mark.slow
def test_fresh_parts_stay(inside, stages):
    assert stale_because(stages) is None
    assert not bring_up_to_date(stages, pytest.fail)


@pytest.mark.slow
def test_a_test_part_that_is_gone_is_no_reason(inside, stages):
    (inside / "cache/test.pkl").rename(inside / "cache/kept.pkl")
    try:
        assert stale_because(stages) is None
    finally:
        (inside / "cache/kept.pkl").rename(inside / "cache/test.pkl")


@pytest.mark.slow
def test_a_training_part_that_is_gone_is_one(inside, stages):
    (inside / "cache/train.pkl").rename(inside / "cache/kept.pkl")
    try:
        assert stale_because(stages) == "cache/train.pkl is not here, or is another one"
    finally:
        (inside / "cache/kept.pkl").rename(inside / "cache/train.pkl")


def test_a_stage_that_never_ran_is_one():
    stage = Stage(
        name="split",
        cmd="x",
        locked_cmd=None,
        dependencies=[],
        results=[],
        params={},
        locked_params={},
        dropped=[],
    )
    assert stale_because([stage]) == "split: is not in dvc.lock: it has not run yet"
