import pytest

from retrace.core.errors import RetraceError
from retrace.tools.kubeflow.planning import plan_components
from retrace.tools.kubeflow.store import open_run, put_packs
from retrace.tools.repository.resolved_stages import ignore_files, resolve_stages


def test_a_pack_is_written_once_and_tells_nothing_of_this_machine(toy, tmp_path):
    components = plan_components(resolve_stages(), ignore_files())
    assert put_packs(str(tmp_path / "a"), components) == 4
    packs = {path.name: path.read_bytes() for path in (tmp_path / "a/packs").iterdir()}
    (toy / "params.yaml").touch()
    assert put_packs(str(tmp_path / "b"), components) == 4
    assert {path.name: path.read_bytes() for path in (tmp_path / "b/packs").iterdir()} == packs
    assert put_packs(str(tmp_path / "a"), components) == 0


def test_a_run_that_is_not_there_and_a_store_that_fails_are_named(tmp_path):
    with pytest.raises(RetraceError, match="has no run 'x': it has none yet"):
        open_run(str(tmp_path), "x").__enter__()
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs/1f.tar").touch()
    with pytest.raises(RetraceError, match="has no run 'x': it has 1f"):
        open_run(str(tmp_path), "x").__enter__()
    with pytest.raises(RetraceError, match=r"the store nosuch://b fails: .*nosuch"):
        open_run("nosuch://user:secret@b", "x").__enter__()
