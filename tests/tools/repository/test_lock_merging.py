import pytest

from lock_pairs import judge
from retrace.tools.repository.lock import Lock
from retrace.tools.repository.lock_merging import as_locked, feeds, merge_locks, overlap
from retrace.tools.repository.stages import Dependency, Result, Stage


def stage(name, deps, outs, **more):
    """Return a stage whose code has the hash ``c``; what begins with ``made`` is another stage's."""
    found = [
        Dependency(path=dep, locked=None, now="c", made_by="make" if dep.startswith("made") else None)
        for dep in deps
        if not dep.startswith("made/")
    ]
    common = {"cmd": "run", "locked_cmd": None, "params": {}, "locked_params": {}, "dropped": []}
    results = [Result(path=out, locked=None) for out in outs]
    return Stage(name=name, dependencies=found, results=results, declared=tuple(deps), **(common | more))


def entry(deps, outs, **more):
    return {
        "cmd": "run",
        "deps": [{"path": path, "md5": md5} for path, md5 in deps.items()],
        "outs": [{"path": path, "md5": md5} for path, md5 in outs.items()],
    } | more


MAKE = stage("make", ["make.py"], ["made"])
USE = stage("use", ["use.py", "made/part"], ["used"])


def merged(stages, ours, theirs, settled=()):
    return merge_locks(stages, Lock(ours), Lock(theirs), settled).sides


def test_the_side_whose_run_is_true_for_the_merged_files_wins():
    old, new = entry({"make.py": "b"}, {"made": "1"}), entry({"make.py": "c"}, {"made": "2"})
    assert merged([MAKE], {"make": old}, {"make": new}) == {"make": "theirs"}
    assert merged([MAKE], {"make": new}, {"make": new}) == {"make": "both"}
    assert merged([MAKE], {"make": old}, {}) == {"make": "neither"}


def test_a_stage_is_of_no_side_that_read_another_folder():
    make = {"make": entry({"make.py": "c"}, {"made": "1"})}
    use = {"use": entry({"use.py": "c", "made/part": "p"}, {"used": "3"})}
    before = {"make": entry({"make.py": "b"}, {"made": "0"})}
    assert merged([USE, MAKE], make | use, make | use) == {"use": "both", "make": "both"}
    assert merged([USE, MAKE], make, before | use) == {"use": "neither", "make": "ours"}
    assert merged([USE, MAKE], make | use, make) == {"use": "neither", "make": "both"}


@pytest.mark.parametrize(
    "other", [{"cmd": "run fast"}, {"params": {"params.yaml": {"x": 1}}}, {"outs": []}, {"deps": []}]
)
def test_an_entry_that_differs_in_anything_does_not_fit(other):
    found = entry({"make.py": "c"}, {"made": "1"}) | other
    make = stage(
        "make", ["make.py"], ["made"], params={"params.yaml": {"x": 2}} if "params" in other else {}
    )
    assert merged([make], {"make": found}, {}) == {"make": "neither"}


def test_an_output_in_git_must_be_the_runs_own_or_be_settled():
    make = stage("make", ["make.py"], [])
    make.results.append(Result(path="m.json", locked=None, now="x", in_git=True))
    ours = {"make": entry({"make.py": "c"}, {"m.json": "1"})}
    assert merged([make], ours, {}) == {"make": "neither"}
    assert merged([make], ours, {}, settled={"m.json"}) == {"make": "ours"}


def test_paths_overlap_where_one_lies_in_the_other():
    assert overlap("a", "a/b")
    assert not overlap("a", "ab")
    assert feeds(MAKE, USE)
    assert not feeds(USE, MAKE)


def test_what_only_the_entry_names_is_dropped():
    found = as_locked(MAKE, entry({"make.py": "c", "gone.py": "d"}, {"made": "1"}), {}, ())
    assert found.dropped == ["gone.py"]


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 24, 6))
def test_a_merged_lock_is_one_that_a_run_would_make(first, tmp_path):
    for seed in range(first, first + 6):
        (folder := tmp_path / str(seed)).mkdir()
        assert judge(seed, folder)[0] == [], f"pair {seed}"
