"""Real merges by Git, of a pipeline that ran on two branches."""

import hashlib
import json

import pytest

from project import ROOT, Project, warm_python
from retrace.tools.repository.lock import Lock, dump_lock, read_lock
from retrace.tools.repository.stages import read_stages
from retrace.tools.repository.staleness import all_problems

pytestmark = pytest.mark.slow

FILES = {
    ".dvc/config": "",
    ".gitattributes": "dvc.lock -merge\nmetrics.json -merge\n",
    "dvc.yaml": """\
stages:
  rows:
    cmd: python rows.py
    deps: [rows.py]
    outs: [rows.txt]
  plot:
    cmd: python plot.py
    deps: [plot.py, rows.txt]
    outs: [plot.txt]
  report:
    cmd: python report.py
    deps: [report.py, rows.txt]
    params: [x]
    metrics: [metrics.json: {cache: false}]
""",
    "params.yaml": "x: 1\n\ny: 1\n",
    "rows.py": "",
    "plot.py": "",
    "report.py": "",
}


class Toy(Project):
    """Runs are computed: what a stage makes is named after the file and the param that it reads."""

    def git(self, *arguments, check=True):
        return self.run("git", *arguments, check=check, warm=False, PYTHONPATH=str(ROOT / "src"))

    def ran(self, message, **files):
        for name, text in files.items():
            (self / name.replace("_", ".")).write_text(text)
        (self / "dvc.lock").write_bytes(dump_lock(Lock(entries(self))))
        self.git("add", "-A")
        self.git("commit", "-qm", message)

    def problems(self):
        with self.at_home():
            return all_problems(read_stages())


def entries(project):
    def item(path, content):
        return {"path": path, "hash": "md5", "md5": md5(content), "size": len(content)}

    def code(name):
        return item(name, (project / name).read_bytes())

    x = int((project / "params.yaml").read_text()[3])
    rows = b"rows of " + (project / "rows.py").read_bytes()
    metrics = json.dumps({"x": x, "rows": md5(rows)}).encode()
    (project / "metrics.json").write_bytes(metrics)
    plot = item("plot.txt", rows + (project / "plot.py").read_bytes())
    return {
        "rows": {"cmd": "python rows.py", "deps": [code("rows.py")], "outs": [item("rows.txt", rows)]},
        "plot": {
            "cmd": "python plot.py",
            "deps": [code("plot.py"), item("rows.txt", rows)],
            "outs": [plot],
        },
        "report": {
            "cmd": "python report.py",
            "deps": [code("report.py"), item("rows.txt", rows)],
            "params": {"params.yaml": {"x": x}},
            "outs": [item("metrics.json", metrics)],
        },
    }


def md5(content):
    return hashlib.md5(content).hexdigest()


@pytest.fixture
def toy(tmp_path):
    project = Toy(tmp_path)
    for name, text in FILES.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text)
    project.git("init", "-q", "-b", "main")
    project.ran("start")
    project.git("checkout", "-qb", "other")
    return project


def test_each_stage_is_of_the_side_whose_run_is_true(toy):
    toy.retrace("merge-lock", "--set-up")
    toy.ran("other plot", plot_py="# other\n")
    toy.git("checkout", "-q", "main")
    toy.ran("x is 2", params_yaml="x: 2\n\ny: 1\n")
    merge = toy.git("merge", "--no-edit", "other")
    assert (
        "dvc.lock: report as here; plot as there; rows as on both sides" in merge.stderr + merge.stdout
    )
    assert toy.problems() == []
    assert toy.git("status", "--porcelain").stdout == ""


def test_metrics_follow_the_run_that_made_them(toy):
    toy.retrace("merge-lock", "--set-up")
    toy.ran("x is 3", params_yaml="x: 3\n\ny: 1\n")
    toy.git("checkout", "-q", "main")
    toy.ran("other rows", rows_py="# other\n")
    toy.ran("rows as before", rows_py="", plot_py="# other\n", params_yaml="x: 1\n\ny: 1\n")
    (toy / "metrics.json").write_text("{}")  # of nobody's run
    toy.git("commit", "-qam", "by hand")
    toy.git("merge", "--no-edit", "other")
    assert json.loads(toy.read("metrics.json"))["x"] == 3
    assert toy.problems() == []


def test_a_stage_of_neither_side_is_left_out_and_its_metrics_stay_a_conflict(toy):
    toy.retrace("merge-lock", "--set-up")
    toy.ran("other rows", rows_py="# other\n")
    toy.git("checkout", "-q", "main")
    toy.ran("x is 2", params_yaml="x: 2\n\ny: 1\n")
    merge = toy.git("merge", "--no-edit", "other", check=False)
    assert "report left out, to be run" in merge.stderr + merge.stdout
    assert toy.git("diff", "--name-only", "--diff-filter=U").stdout == "metrics.json\n"
    assert set(read_lock(toy / "dvc.lock").stages) == {"rows", "plot"}
    assert toy.problems() == ["report: is not in dvc.lock: it has not run yet"]


def test_after_a_rebase_that_stopped_the_command_ends_the_conflict(toy):
    toy.retrace("merge-lock", "--set-up")
    toy.ran("other plot", plot_py="# other\n")
    toy.git("checkout", "-q", "main")
    toy.ran("x is 2", params_yaml="x: 2\n\ny: 1\n")
    stopped = toy.git("rebase", "other", check=False)
    assert "Git does not tell a driver what it merges here" in stopped.stderr + stopped.stdout
    assert toy.retrace("merge-lock").returncode == 0
    assert toy.problems() == []
    assert toy.git("diff", "--name-only", "--diff-filter=U").stdout == ""


def test_other_conflicts_come_first(toy):
    toy.ran("x is 3", params_yaml="x: 3\n\ny: 1\n")
    toy.git("checkout", "-q", "main")
    toy.ran("x is 2", params_yaml="x: 2\n\ny: 1\n")
    toy.git("merge", "other", check=False)
    run = toy.retrace("merge-lock", check=False)
    assert run.stderr == "error: end the conflicts of these first: params.yaml"
    (toy / "params.yaml").write_text("x: 3\n\ny: 1\n")
    toy.git("add", "params.yaml")
    assert toy.retrace("merge-lock").returncode == 0
    assert json.loads(toy.read("metrics.json"))["x"] == 3
    assert toy.problems() == []


def test_without_a_conflict_it_says_so(toy):
    run = toy.retrace("merge-lock", check=False)
    assert run.stderr.startswith("error: dvc.lock has no conflict here")
    assert "give BASE OURS THEIRS PATH" in toy.retrace("merge-lock", "a", check=False).stderr


def test_set_up_twice_is_set_up_once(toy):
    toy.retrace("merge-lock", "--set-up")
    first = (toy / ".git/info/attributes").read_text()
    toy.retrace("merge-lock", "--set-up")
    assert (toy / ".git/info/attributes").read_text() == first
    assert first.endswith("/dvc.lock merge=retrace\n/metrics.json merge=retrace\n")
    driver = toy.git("config", "merge.retrace.driver").stdout
    assert driver == f"{warm_python()} -m retrace merge-lock %O %A %B %P\n"


def test_this_project_keeps_locks_apart_where_nothing_is_set_up():
    lines = (ROOT / ".gitattributes").read_text().splitlines()
    assert {"dvc.lock -merge", "metrics.json -merge", "report/report.md -merge"} <= set(lines)
