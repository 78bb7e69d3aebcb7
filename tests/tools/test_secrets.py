"""No command prints a key, wherever it stands; each command is really run, with keys planted."""

from importlib.metadata import version

import pytest

from retrace.core.artifacts import save_text
from retrace.tools.cli import FILES

pytestmark = pytest.mark.slow

PLANTED = "pLaNtEd"

REMOTE = f"https://user:{PLANTED}1@127.0.0.1:1/{{}}?token={PLANTED}2"

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": f"{PLANTED}3",
    "AWS_SECRET_ACCESS_KEY": f"{PLANTED}4",
    "AWS_SESSION_TOKEN": f"{PLANTED}5",
    "DVC_STUDIO_TOKEN": f"{PLANTED}6",
    "GITHUB_TOKEN": f"{PLANTED}7",
}

STORAGE = f"postgresql://user:{PLANTED}8@127.0.0.1:1/x?password={PLANTED}9"

CALLS = [
    "repro --pull",
    "verify --runs 1",
    "check --remote",
    "queue",
    "doctor",
    "compare HEAD",
    "compare HEAD --html",
    "seeds 2",
    "comment",
    "comment --fetch",
    "remote",
    f"remote s3://key:{PLANTED}@bucket/x",
    f"remote s3://bucket/x?aws_secret={PLANTED}",
    f"remote s3:/bucket/x?aws_secret={PLANTED}",
    f"remote s3://bucket/x --endpoint-url https://u:{PLANTED}@127.0.0.1:1",
    f"remote s3://bucket/x --endpoint-url https://127.0.0.1:1/?key={PLANTED}",
    "push",
    "pull",
    "dashboard",
    f"search --trials 1 --storage {STORAGE}",
    f"search --trials 1 --storage {STORAGE.replace('://', ':/')}",
    f"search --trials 1 --storage {STORAGE.replace('://', ':')}",
    f"search --trials 1 --storage nonsense://u:{PLANTED}@h",
    "predict none.csv",
    "models",
    "promote",
    "plan --detect 0.01",
    "rank HEAD HEAD",
    "export",
    "release out",
    "serve --model none",
    "drift none.csv",
    "score none.csv",
    "new demo --data none.csv",
    "update",
    "deps --check",
    "stage add none.ipynb",
    "merge-lock",
    "test looks",
    "curve learning",
    f"mlflow --storage {STORAGE}",
    "submit",
    f"kfp pull x --store https://u:{PLANTED}@127.0.0.1:1/x",
    f"kfp compile --image x --store https://u:{PLANTED}@127.0.0.1:1/x?token={PLANTED}",
]


@pytest.fixture(scope="module")
def planted(small_pipeline_that_ran, tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted") / "repository"
    pipeline = small_pipeline_that_ran.copy_to(folder)
    pipeline.add_remote(REMOTE)
    vega = f".retrace/vega-{version('vl-convert-python')}.js"
    save_text("// stands for Vega, which takes two seconds to bundle", pipeline / vega)
    return pipeline


def test_every_command_is_called():
    assert {call.split()[0] for call in CALLS} == set(FILES)


@pytest.mark.parametrize("call", CALLS)
def test_no_command_prints_a_key(planted, call):
    config = planted.read(".dvc/config")
    run = planted.retrace(*call.split(), check=False, **ENVIRONMENT)
    assert PLANTED not in run.stdout + run.stderr
    assert "Traceback" not in run.stderr
    assert planted.read(".dvc/config") == config
    written = [path for path in (planted / ".retrace").rglob("*") if path.is_file()]
    assert not [path for path in written if PLANTED.encode() in path.read_bytes()]
    assert not [path for path in planted.folder.iterdir() if PLANTED in path.name]
