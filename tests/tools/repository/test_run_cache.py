import pytest
from dvc.fs import LocalFileSystem

from clones import make_clone
from retrace.tools.repository import run_cache
from retrace.tools.repository.dvc import open_repository
from retrace.tools.repository.run_cache import LARGEST, fetch_runs, locked_entries

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def branch(swift, tmp_path_factory):
    """A branch with a run that main does not have, on the store with its run-cache; tests clone it."""
    first = make_clone(tmp_path_factory.mktemp("branch") / "first", swift, {"a.csv": b"a\n"})
    first.retrace("push")
    first.run("git", "switch", "-q", "-c", "lr/small")
    first.reproduce(rate=3)
    assert "sent 1 runs to run-cache/lr/small" in first.retrace("push").stdout
    first.retrace("push", "--branch", "main/x")  # which is not main, though it begins so
    first.run("git", "switch", "-q", "main")
    return first


@pytest.fixture
def second(branch, tmp_path):
    return branch.clone(tmp_path / "second")


def test_an_object_that_is_too_large_for_an_entry_is_not_read(tmp_path):
    for name, size in (("entry", 100), ("huge", LARGEST + 1)):
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)
    store = LocalFileSystem()
    assert set(run_cache._contents(store, str(tmp_path), ["entry", "huge"])) == {"entry"}
    assert run_cache._contents(store, str(tmp_path), []) == {}


def local_runs(clone):
    return {path: path.read_bytes() for path in (clone / ".dvc/cache/runs").rglob("*") if path.is_file()}


def test_entries_are_those_that_dvc_itself_keeps(clone):
    with open_repository(clone.folder) as repo:
        entries = locked_entries(repo)
    kept = {str(path.relative_to(clone / ".dvc/cache/runs")) for path in local_runs(clone)}
    assert set(entries) == kept
    assert set(entries.values()) == set(local_runs(clone).values())


def test_an_identical_run_of_a_colleague_costs_nothing(second):
    second.run("git", "switch", "-q", "-c", "lr/small", "origin/main")  # their own, without the lock
    pulled = second.retrace("pull").stdout
    assert "2 runs of lr/small and main are known" in pulled
    assert second.reuse(rate=3) == 0


def test_main_reads_no_branch_and_forgets_what_was_pulled_for_one(second):
    second.retrace("pull", "--branch", "lr/small")
    assert len(local_runs(second)) == 2
    # A run of one's own is newer.
    assert {path.stat().st_mtime for path in local_runs(second)} == {0}
    assert "1 runs of main are known" in second.retrace("pull").stdout
    assert len(local_runs(second)) == 1
    assert second.reuse(rate=3) == 1


def test_an_entry_that_is_damaged_or_elsewhere_is_left_out(branch, second, swift, monkeypatch):
    branch.retrace("push", "--branch", "bad")
    client = swift.client()
    (key,) = swift.objects("shared", f"{branch.folder.parent.name}/run-cache/bad/")
    entry = client.get_object(Bucket="shared", Key=key)["Body"].read()
    client.put_object(Bucket="shared", Key=key, Body=entry.replace(b"ran", b"run"))
    client.put_object(Bucket="shared", Key=f"{key[:-8]}00000000", Body=entry)
    client.put_object(Bucket="shared", Key=f"{key[:-8]}11111111", Body=b"\xff: [")
    for name, value in (swift.keys() | {"AWS_CONFIG_FILE": "none"}).items():
        monkeypatch.setenv(name, value)
    with open_repository(second.folder) as repo:
        assert fetch_runs(repo, ["bad"]) == 0
    assert not local_runs(second)
