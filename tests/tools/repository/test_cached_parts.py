import hashlib

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.repository.cached_parts import bring_up_to_date, stale_because
from retrace.tools.repository.stages import Dependency, Stage


def stage(name="split", locked_cmd="x", now="1"):
    return Stage(
        name=name,
        cmd="x",
        locked_cmd=locked_cmd,
        dependencies=[Dependency(path="src/split.py", locked="1", now=now)],
        results=[],
        params={},
        locked_params={},
        dropped=[],
    )


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with the parts that its dvc.lock names."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cache").mkdir()
    lines = ["stages:", "  split:", "    cmd: x", "    outs:"]
    for part in ("train", "validation", "test"):
        (tmp_path / f"cache/{part}.pkl").write_text(part)
        md5 = hashlib.md5(part.encode()).hexdigest()
        lines += [f"    - path: cache/{part}.pkl", f"      md5: {md5}"]
    (tmp_path / "dvc.lock").write_text("\n".join(lines))
    return tmp_path


def test_fresh_parts_stay(here):
    assert stale_because([stage()]) is None
    bring_up_to_date([stage()], "retrace search", pytest.fail)


def test_a_test_part_that_is_gone_is_no_reason(here):
    (here / "cache/test.pkl").unlink()
    assert stale_because([stage()]) is None


@pytest.mark.parametrize("part", ["train", "validation"])
def test_a_part_that_is_gone_or_another_one_is_a_reason(here, part):
    (here / f"cache/{part}.pkl").write_text("other")
    assert stale_because([stage()]) == f"cache/{part}.pkl is not here, or is another one"
    (here / f"cache/{part}.pkl").unlink()
    assert stale_because([stage()]) == f"cache/{part}.pkl is not here, or is another one"


def test_a_stage_that_never_ran_or_changed_is_a_reason(here):
    assert stale_because([stage(locked_cmd=None)]) == "split: is not in dvc.lock: it has not run yet"
    assert stale_because([stage(now="2")]) == "split: src/split.py changed"
    assert stale_because([stage("train", now="2")]) is None


@pytest.mark.slow
def test_a_pipeline_that_fails_is_told_in_its_words(here, capsys):
    with pytest.raises(RetraceError, match="`dvc repro split` failed") as raised:
        bring_up_to_date([stage(now="2")], "retrace search", print)
    assert capsys.readouterr().out == "running `dvc repro split`: split: src/split.py changed\n"
    assert raised.value.details
