"""Each mistake is really made, in a clone without data of a repository in which the pipeline ran."""

import json
import re
import shutil
from pathlib import Path

import pytest

from project import Project
from retrace.core.errors import RetraceError
from retrace.tools.repository.dvc import open_repository
from retrace.tools.repository.lock import locked_outputs
from retrace.tools.repository.stages import read_stages
from retrace.tools.repository.staleness import all_problems
from retrace.tools.repository.transfers import send
from retrace.tools.running.check import check

pytestmark = pytest.mark.slow

TRUE = "dvc.lock is true: 5 stages, their code, params and environment\n"


@pytest.fixture(scope="module")
def origin(reproduced, tmp_path_factory):
    """The pipeline ran, and what it made is committed and pushed."""
    folder = tmp_path_factory.mktemp("origin")
    shutil.copytree(reproduced.folder, folder, dirs_exist_ok=True)
    project = Project(folder)
    project.store = tmp_path_factory.mktemp("store")
    with open_repository(folder, notes=True) as repo, repo.config.edit("repo") as config:
        config["remote"]["store"] = {"url": str(project.store)}
        config["core"]["remote"] = "store"
    with open_repository(folder, notes=True) as repo:
        send(repo)
    project.run("git", "add", "-A")
    project.run("git", "commit", "-q", "-m", "run")
    return project


@pytest.fixture
def clone(origin, tmp_path, monkeypatch):
    origin.run("git", "clone", "-q", str(origin.folder), str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    return Project(tmp_path / "clone")


def run_check(project):
    return project.retrace("check", check=False)


def found():
    return all_problems(read_stages())


def edit(path, old, new):
    text = Path(path).read_text()
    assert old in text
    Path(path).write_text(text.replace(old, new, 1))


def test_a_clean_clone_without_data_has_nothing_to_say(clone):
    run = run_check(clone)
    assert (run.returncode, run.stdout, run.stderr) == (0, TRUE, "")
    assert not (clone / "cache").exists()
    assert clone.run("git", "status", "--porcelain", "--ignored=no").stdout == ""


def test_a_stale_lock_fails_with_the_causes_and_the_remedy(clone):
    edit("src/split.py", "import", "import os\nimport")
    clone.set(models__logistic_regression__C=3.0)
    run = run_check(clone)
    assert run.returncode == 1
    summary, *causes = run.stderr.splitlines()
    assert summary.startswith("error: dvc.lock is not true for what is here: run `retrace repro`")
    assert causes == [
        "  split: src/split.py changed",
        "  train: params.yaml: models.logistic_regression.C is 3.0, was 1.0",
    ]


def test_an_edit_of_an_imported_module_is_caught_in_each_stage(clone):
    edit("src/retrace/models/classical.py", "seed", "seed ")
    assert found() == ["train, report: src/retrace/models changed (src/retrace/models/classical.py)"]


def test_other_requirements_make_every_stage_stale(clone):
    edit("requirements.txt", "numpy==", "numpy==1")
    assert found() == ["every stage: requirements.txt changed"]


def test_another_command_is_caught(clone):
    edit("dvc.yaml", "cmd: python src/train.py", "cmd: python src/train.py --fast")
    assert found() == ["train: cmd is 'python src/train.py --fast', was 'python src/train.py'"]


def test_other_data_are_caught(clone):
    clone.set(data="digits")
    assert "read_data: params.yaml: data is digits, was wine" in found()
    assert "read_data, preprocess: data/digits is a new dependency" in found()


def test_other_instructions_make_the_stages_that_compute_with_them_stale(clone):
    clone.set(train__instructions="native")
    assert found() == [
        "preprocess, split, train, report: params.yaml: train.instructions is native, was portable"
    ]


@pytest.mark.parametrize("path", ["metrics.json", "report/report.md"])
def test_a_result_that_was_edited_by_hand_is_caught(clone, path):
    edit(path, "0.9", "0.99")
    assert found() == [f"report: {path} is not the one that this run made"]


def test_a_stage_without_a_lock_entry_is_caught(clone):
    lock = Path("dvc.lock").read_text()
    Path("dvc.lock").write_text(lock[: lock.index("  report:\n")])
    assert found() == ["report: is not in dvc.lock: it has not run yet"]
    Path("dvc.lock").unlink()
    assert found() == ["every stage: is not in dvc.lock: it has not run yet"]


@pytest.fixture(scope="module")
def branches(origin, tmp_path_factory):
    """Two branches on which the pipeline ran: `rows` splits the rows otherwise than `main`."""
    project = Project(tmp_path_factory.mktemp("branches"))
    origin.run("git", "clone", "-q", str(origin.folder), str(project.folder))
    project.run("git", "checkout", "-q", "-b", "rows")
    project.set(split__seed=8)
    project.dvc("repro", "-q", "--pull", "split")
    project.run("git", "commit", "-q", "-a", "-m", "rows")
    return project


def locked_stages(project, branch):
    text = project.run("git", "show", f"{branch}:dvc.lock").stdout
    entries = re.findall(r"^  (\w+):\n((?:   .*\n)+)", text, flags=re.MULTILINE)
    return {stage: f"  {stage}:\n{entry}" for stage, entry in entries}


def test_a_lock_of_two_runs_is_caught(branches, monkeypatch):
    monkeypatch.chdir(branches.folder)
    lock = locked_stages(branches, "main") | {"split": locked_stages(branches, "rows")["split"]}
    Path("dvc.lock").write_text("schema: '2.0'\nstages:\n" + "".join(lock.values()))
    *mixed, last = found()
    assert [line.split(" is not the one that `split` made")[0] for line in [*mixed, last]] == [
        "train: cache/train.pkl",
        "train, report: cache/validation.pkl",
        "report: cache/data_checks.json",
        "report: cache/test.pkl",
    ]
    assert last.endswith("dvc.lock mixes two runs")


def test_git_leaves_the_locks_of_two_branches_apart_and_the_lock_it_keeps_is_caught(
    branches, monkeypatch
):
    monkeypatch.chdir(branches.folder)
    branches.run("git", "checkout", "-q", "--force", "main")
    edit("dvc.lock", "schema", "# another run\nschema")
    branches.run("git", "commit", "-q", "-a", "-m", "main")
    branches.run("git", "merge", "rows", check=False)
    assert "dvc.lock" in branches.run("git", "diff", "--name-only", "--diff-filter=U").stdout
    assert found() == ["split: params.yaml: split.seed is 8, was 7"]


def stored(origin, output):
    """Return the file of the remote that holds an output."""
    md5 = next(out.md5 for out in locked_outputs() if out.path == output)
    return origin.store / "files/md5" / md5[:2] / md5[2:]


def test_with_remote_all_that_the_lock_names_is_looked_for(clone, capsys):
    check(remote=True)
    assert capsys.readouterr().out.startswith(f"{TRUE}all that it names is on the remote 'store'")


def test_what_is_missing_on_the_remote_is_named(origin, clone):
    figures = stored(origin, "report/figures")
    picture = json.loads(figures.read_text())[0]["md5"]
    gone = [stored(origin, "cache/model.joblib"), figures.parents[1] / picture[:2] / picture[2:]]
    for file in gone:
        file.rename(file.with_suffix(".away"))
    with pytest.raises(
        RetraceError, match=r"^not all is on the remote 'store' \(.*\): run `dvc push`$"
    ) as stopped:
        check(remote=True)
    for file in gone:
        file.with_suffix(".away").rename(file)
    model, folder = stopped.value.details
    assert model == "train: cache/model.joblib"
    assert re.fullmatch(r"report: report/figures \(1 of \d+ files\)", folder)


def test_without_a_remote_it_says_how_to_add_one(clone):
    Path(".dvc/config").write_text("")
    with pytest.raises(RetraceError, match=r"^no DVC remote is set: `retrace remote s3://"):
        check(remote=True)


def test_a_mistake_in_params_comes_first_with_the_nearest_name(clone):
    clone.set(model="logistic_regresion")
    with pytest.raises(RetraceError, match=r"did you mean 'logistic_regression'\?"):
        check()
    clone.set(model="svm", models__svm__kernel="rbff")
    with pytest.raises(RetraceError, match=r"models.svm.kernel: got 'rbff' \(text\), should be"):
        check()


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("modle=svm", r"modle is not a known key \(did you mean 'model'\?\)"),
        ("model=smv", r"model: got 'smv' \(did you mean 'svm'\?\)"),
        ("data=wnie", r"data: got 'wnie' \(did you mean 'wine'\?\)"),
        ("models.svm.kernel=rbf,linaer", r"got 'linaer' \(text\), should be .*did you mean 'linear'"),
    ],
)
def test_a_mistake_in_an_override_names_the_nearest_key_or_value(clone, override, message):
    with pytest.raises(RetraceError, match=message):
        check(overrides=[override])


def test_overrides_are_tried_without_a_run(clone, capsys):
    check(overrides=["models.svm.C=0.1,1", "model=svm"])
    assert capsys.readouterr().out == "2 settings are valid\n"


def test_a_push_of_a_stale_lock_is_stopped_by_the_hook(clone, tmp_path):
    edit("src/train.py", "import", "import os\nimport")
    clone.run("git", "commit", "-q", "-a", "-m", "edit")
    hook = ["pre-commit", "run", "retrace-check", "--hook-stage", "pre-push"]
    run = clone.run(*hook, check=False, PRE_COMMIT_HOME=str(tmp_path / "hooks"))
    assert run.returncode == 1
    assert "train: src/train.py changed" in run.stdout
