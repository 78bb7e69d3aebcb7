"""What a new user gets wrong: one clear line, exit status 1, nothing half-written."""

import contextlib
import ctypes
import io
import runpy
import shutil
import sys
from unittest import mock

import pytest

from project import Project, commit_all, copy_project

ROWS = {"label": ["a", "b"] * 30, "x": range(60), "word": ["red", "blue", "red"] * 20}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("whole")).folder


@pytest.fixture
def project(whole, tmp_path):
    """What a stage reads, and the package of another copy: most of these tests end before they begin."""
    for path in ["params.yaml", "dvc.yaml", "data", *whole.glob("src/*.py")]:
        target = tmp_path / (whole / path).relative_to(whole)
        target.parent.mkdir(exist_ok=True)
        copy = shutil.copytree if (whole / path).is_dir() else shutil.copy
        copy(whole / path, target)
    (tmp_path / "src/retrace").symlink_to(whole / "src/retrace")
    return Project(tmp_path)


def error_of(run):
    """Return the one line of a run that failed as it should."""
    assert run.returncode == 1, run.stdout + run.stderr
    lines = run.stderr.strip().splitlines()
    assert len(lines) == 1, run.stderr
    assert lines[0].startswith("error: ")
    return lines[0]


def refusal(project, stage="src/read_data.py", folder="."):
    """Return what a stage ends with, in this process: one of its own takes most of the time."""
    said = io.StringIO()
    with (
        contextlib.chdir(project / folder),
        contextlib.redirect_stderr(said),
        mock.patch.object(sys, "path", [*sys.path]),
        pytest.raises(SystemExit) as ended,
    ):
        runpy.run_path(stage, run_name="__main__")
    message = str(ended.value.code)
    assert message.startswith("error: ")
    assert "\n" not in said.getvalue() + message
    return message


def nothing_written(project):
    return not any((project / "cache").glob("*")) if (project / "cache").exists() else True


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"split__test": 1.2}, "params.yaml: split.test: got 1.2 (a number), should be less than 1"),
        ({"split__test": 0.4}, "0.6 + 0.15 + 0.4 = 1.15, should sum to 1"),
        ({"split__methd": "hash"}, "split.methd is not a known key (did you mean 'method'?)"),
        ({"split__method": "strat"}, "split.method: got 'strat' (text), should be 'stratified'"),
        ({"model": "random_forrest"}, "model: got 'random_forrest' (did you mean 'random_forest'?)"),
        ({"data": "digit"}, "data: got 'digit' (did you mean 'digits'?); allowed: diabetes, digits"),
        ({"seed": "7"}, "params.yaml: seed: got '7' (text), should be a whole number"),
        (
            {"metric": "acuracy"},
            "metric: got 'acuracy' (did you mean 'accuracy'?), but data '",
        ),
        (
            {"metric": "mae"},
            "got 'mae', but data 'digits' is a classification; allowed: accuracy, f1",
        ),
    ],
)
def test_bad_params_are_named(project, values, message):
    project.set(**values)
    assert message in refusal(project)
    assert nothing_written(project)


def test_params_that_are_not_yaml_are_named_with_the_line(project):
    (project / "params.yaml").write_text("seed: 1\nmodel: [\n")
    assert "params.yaml is not valid YAML" in refusal(project)


def test_missing_target_column_names_the_nearest(project):
    project.add_table("mine", ROWS, target="Labels")
    message = refusal(project)
    assert "no column 'Labels' (named as `target`) (did you mean 'label'?); columns: label, x" in message
    assert nothing_written(project)


def test_target_with_one_class_is_refused(project):
    project.add_table("mine", ROWS | {"label": ["a"] * 60})
    assert "has one class only ('a')" in refusal(project)


def test_target_with_gaps_is_refused(project):
    project.add_table("mine", ROWS | {"label": ["a", None, "b"] * 20})
    message = refusal(project)
    assert "target 'label' is empty in 20 of 60 rows (row 2, 5, 8, ...)" in message


def test_empty_table_is_refused(project):
    project.add_table("mine", "label,x\n")
    assert "table.csv has no rows" in refusal(project)


def test_empty_file_is_refused(project):
    project.add_table("mine", "")
    assert "table.csv is empty" in refusal(project)


def test_table_of_free_text_alone_is_refused(project):
    project.add_table("mine", {"label": ["a", "b"] * 30, "name": [f"person {i}" for i in range(60)]})
    assert "holds only free text (such as 'name'" in refusal(project)


def test_broken_csv_is_refused_with_the_line(project):
    project.add_table("mine", "label,x\na,1\nb,2,3,4\n")
    message = refusal(project)
    assert "not a readable csv file" in message
    assert "line 3" in message


def test_rows_longer_than_the_header_are_refused_not_cut(project):
    project.add_table("mine", "label,x\na,1,9\nb,2,9\n")
    message = refusal(project)
    assert "line 1 has 2 fields ('label', 'x'), lines below it have more" in message


def test_wrong_encoding_names_the_key_to_set(project):
    project.add_table("mine", ROWS)
    (project / "data/mine/table.csv").write_bytes("label,x\nä,1\n".encode("latin-1"))
    assert "set `encoding:`" in refusal(project)


def test_unknown_key_in_a_description_names_the_nearest(project):
    project.add_table("mine", ROWS, droop=["x"])
    message = refusal(project)
    assert "data/mine.yaml: droop is not a known key (did you mean 'drop'?)" in message


def test_missing_file_says_where_to_put_it(project):
    project.add_table("mine", ROWS)
    (project / "data/mine/table.csv").unlink()
    message = refusal(project)
    assert "data/mine/table.csv is not here: put the file there and run `dvc add data/mine`" in message


def test_missing_file_that_dvc_knows_says_pull(project):
    project.add_table("mine", ROWS)
    (project / "data/mine/table.csv").unlink()
    (project / "data/mine.dvc").write_text("outs: []\n")
    message = refusal(project)
    assert "run `dvc pull data/mine`" in message


def test_repeated_id_is_refused(project):
    project.add_table("mine", ROWS | {"key": [1, 1, *range(58)]}, id="key")
    assert "id 'key' repeats" in refusal(project)


@pytest.mark.parametrize(
    ("stage", "missing", "maker"),
    [
        ("preprocess", "cache/raw.pkl", "read_data"),
        ("split", "cache/clean.pkl", "preprocess"),
        ("train", "cache/train.pkl", "split"),
        ("report", "cache/validation.pkl", "split"),
    ],
)
def test_stage_run_before_its_inputs_exist_names_the_stage_to_run(project, stage, missing, maker):
    message = refusal(project, f"src/{stage}.py")
    assert f"{missing} is not there yet: run `dvc repro {maker}`" in message


@pytest.mark.parametrize("damage", [b"", b"not a pickle", b"\x80\x05\x95\xff"])
def test_corrupted_cache_file_says_how_to_make_it_again(project, damage):
    (project / "cache").mkdir()
    (project / "cache/raw.pkl").write_bytes(damage)
    message = refusal(project, "src/preprocess.py")
    assert "cache/raw.pkl is damaged" in message
    assert "`dvc repro read_data`" in message


def test_run_outside_the_top_folder_says_so(project):
    message = refusal(project, "read_data.py", folder="src")
    assert "run from the repository's top folder" in message


@contextlib.contextmanager
def obeyed_permissions():
    """Root writes where it likes; without this capability it obeys the permission bits as users do."""
    version_3, cap_dac_override = 0x20080522, 1
    header, sets = (ctypes.c_uint32 * 2)(version_3, 0), (ctypes.c_uint32 * 6)()
    system = ctypes.CDLL(None)
    assert system.capget(header, sets) == 0
    effective = sets[0]
    sets[0] &= ~(1 << cap_dac_override)
    assert system.capset(header, sets) == 0
    try:
        yield
    finally:
        sets[0] = effective
        assert system.capset(header, sets) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
def test_read_only_cache_is_refused_and_left_alone(project):
    cache = project / "cache"
    cache.mkdir()
    (cache / "raw.pkl").write_bytes(b"before")
    cache.chmod(0o555)
    with obeyed_permissions():
        message = refusal(project)
    assert "cache/raw.pkl cannot be written (Permission denied)" in message
    assert (cache / "raw.pkl").read_bytes() == b"before"
    assert [file.name for file in cache.iterdir()] == ["raw.pkl"]


@pytest.fixture(scope="module")
def wine_parts(reproduced):
    return reproduced / "cache"


def with_parts(project, wine_parts):
    project.set(data="wine")
    (project / "cache").mkdir()
    for part in ("train", "validation"):
        (project / f"cache/{part}.pkl").write_bytes((wine_parts / f"{part}.pkl").read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"model": "cnn"}, "'cnn' takes image data, got tabular data; models that fit: logistic_"),
        (
            {"model": "svm", "models__svm__C": "ten"},
            "models.svm.C: got 'ten' (text), should be a number",
        ),
        ({"model": "svm", "models__svm__kernl": "rbf"}, "models.svm.kernl is not a known key (did you"),
        (
            {"model": "mlp", "models__mlp__epoch": 3},
            "models.mlp.epoch is not a known key (did you mean 'ep",
        ),
        ({"model": "mlp", "models__mlp__epochs": 0}, "models.mlp.epochs: got 0 (a whole number)"),
        ({"model": "mlp", "train__device": "cuda"}, "train.device: got 'cuda', but torch"),
    ],
)
def test_train_refuses_what_does_not_fit(project, wine_parts, values, message):
    if values.get("train__device") == "cuda" and shutil.which("nvidia-smi"):
        pytest.skip("this machine has a GPU")
    with_parts(project, wine_parts)
    project.set(**values)
    assert message in error_of(project.stage("train", check=False))
    assert not (project / "cache/model.joblib").exists()


@pytest.mark.slow
def test_unknown_model_in_both_places_names_the_nearest(project, wine_parts):
    with_parts(project, wine_parts)
    project.set(model="svn", models__svn={"C": 1.0})
    message = error_of(project.stage("train", check=False))
    assert "model: got 'svn' (did you mean 'svm'?)" in message


@pytest.mark.slow
def test_too_few_rows_of_a_class_names_the_class(project):
    project.add_table("mine", {"label": ["a"] * 30 + ["b"] * 28 + ["rare"] * 2, "x": range(60)})
    for stage in ("read_data", "preprocess"):
        project.stage(stage)
    message = error_of(project.stage("split", check=False))
    assert "class 'rare' has 2 rows, too few for parts of 0.6, 0.15 and 0.25" in message


@pytest.mark.slow
def test_repro_names_the_nearest_before_dvc_speaks(project):
    project.set(model="cnnn")
    run = project.retrace("repro", check=False)
    assert "did you mean 'cnn'?" in error_of(run)


@pytest.mark.slow
def test_repro_says_pull_where_dvc_knows_the_data(whole):
    repository = commit_all(Project(whole))
    repository.add_table("mine", ROWS)
    repository.dvc("add", "data/mine")
    for file in [*(repository / "data/mine").iterdir(), *(repository / ".dvc/cache").rglob("*")]:
        if file.is_file():
            file.unlink()
    (repository / "data/mine").rmdir()
    run = repository.retrace("repro", check=False)
    assert run.returncode == 1
    assert "dvc pull" in run.stderr
    assert "Traceback" not in run.stderr
