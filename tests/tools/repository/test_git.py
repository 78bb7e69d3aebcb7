import subprocess

import pytest

from made_runs import MadeRuns, labelled
from retrace.core.errors import RetraceError
from retrace.tools.repository.git import experiments, find_tree, listed, read_blobs, setup


@pytest.fixture
def runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return MadeRuns(tmp_path)


def test_a_name_is_a_branch_a_tag_a_commit_or_an_experiment(runs):
    commit = runs.commit(labelled())
    runs.git("tag", "v1")
    runs.experiment("wide", labelled(seed=1), models__svm__C=2.0)
    for name in ("main", "v1", commit[:8], "HEAD"):
        assert find_tree(name).commit == commit
    wide = find_tree("wide")
    assert wide.kind == "experiment"
    assert b"C: 2.0" in wide.read(["params.yaml"])["params.yaml"]
    assert [experiment.baseline for experiment in experiments()] == [commit]


def test_an_unknown_name_brings_the_nearest(runs):
    runs.commit(labelled())
    runs.experiment("wide", labelled())
    for typo, meant in (("mian", "main"), ("wiede", "wide")):
        with pytest.raises(RetraceError, match=rf"'{typo}' is no branch.*did you mean '{meant}'"):
            find_tree(typo)


def test_two_experiments_of_one_name_need_a_commit(runs):
    runs.commit(labelled())
    runs.experiment("wide", labelled())
    here = runs.commit(labelled(), models__svm__C=2.0)
    runs.experiment("wide", labelled(seed=1))
    (own,) = [each for each in experiments() if each.baseline == here]
    assert find_tree("wide").commit == own.commit
    runs.commit(labelled(), models__svm__C=3.0)
    with pytest.raises(RetraceError, match="2 experiments are called 'wide'"):
        find_tree("wide")


def test_without_a_commit_there_is_nothing_to_compare_with(runs):
    with pytest.raises(RetraceError, match="no Git commit to compare with"):
        find_tree("main")


def test_a_clone_may_know_main_by_its_remote_only(runs, tmp_path, monkeypatch):
    commit = runs.commit(labelled())
    runs.git("switch", "-qc", "work")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(tmp_path), str(clone)], check=True)
    monkeypatch.chdir(clone)
    assert find_tree("main").name == "origin/main"
    assert find_tree("main").commit == commit


def test_a_tag_of_something_else_than_a_commit_is_called_that(runs):
    runs.commit(labelled())
    runs.git("tag", "script", "HEAD:src/train.py")
    with pytest.raises(RetraceError, match="'script' is a tag of something else than a commit"):
        find_tree("script")


def test_files_are_read_in_one_call_and_absent_ones_left_out(runs):
    runs.commit(labelled())
    names = ["main:./src/train.py", "main:./none.py", "main:./src", "main:./data/made.yaml"]
    assert read_blobs(names) == {names[0]: b"train", names[3]: b"title: Made up"}
    assert find_tree("main").files("src") == ["src/train.py"]


def test_git_is_asked_in_the_folder_where_we_are(runs, monkeypatch):
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Ada")
    found = setup()
    assert (found.refusal, found.shallow, found.name) == ("", False, "Ada")
    assert found.version[0].isdigit()
    monkeypatch.chdir("/")
    assert "not a git repository" in setup().refusal


def test_names_and_contents_may_be_of_any_encoding(runs):
    name = "gr\udcfc\udcdf.txt"  # Latin-1
    (runs.folder / name).write_bytes(b"\xfc")
    runs.git("add", "-A")
    runs.commit(labelled())
    assert name in listed("ls-files", "-z")
    assert find_tree("main").read([name]) == {name: b"\xfc"}


def test_where_git_refuses_it_is_git_that_says_why(runs, monkeypatch):
    runs.commit(labelled())
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(RetraceError, match=r"^git refuses: .*dubious ownership.*safe\.directory"):
        find_tree("main")


def test_a_tag_with_the_name_of_a_branch_is_not_taken_silently(runs):
    first = runs.commit(labelled())
    runs.git("tag", "main")
    assert find_tree("main").commit == first
    second = runs.commit(labelled(seed=1))
    with pytest.raises(RetraceError, match="called 'main': say heads/main or tags/main"):
        find_tree("main")
    assert [find_tree(f"{kind}/main").commit for kind in ("tags", "heads")] == [first, second]


def test_a_damaged_object_is_named_by_git(runs):
    commit = runs.commit(labelled())
    blob = subprocess.check_output(["git", "rev-parse", f"{commit}:params.yaml"], text=True).strip()
    file = runs.folder / ".git/objects" / blob[:2] / blob[2:]
    file.chmod(0o600)
    file.write_bytes(b"no object")
    with pytest.raises(RetraceError, match=r"cannot read its own files: .*`git fsck`"):
        find_tree("HEAD").read(["params.yaml"])
