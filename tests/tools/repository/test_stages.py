import hashlib

import pytest

from project import Project
from retrace.core.errors import RetraceError
from retrace.tools.repository.stages import read_stages, run_order

DVC_YAML = """\
stages:
  make:
    cmd: python make.py
    deps: [make.py, code, "data/${data}"]
    params: [data, rate]
    outs:
    - made.txt
    - shown.txt: {cache: false}
  use:
    cmd: cat made.txt
    deps: [made.txt]
"""

# The hash of a folder is the MD5 of this listing of its files, sorted by path.
FOLDER = '[{"md5": "%s", "relpath": "a.py"}, {"md5": "%s", "relpath": "b/c.py"}]'


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


LOCK = f"""\
schema: '2.0'
stages:
  make:
    cmd: python make.py
    deps:
    - {{path: code, hash: md5, md5: {md5(FOLDER % (md5("a"), md5("c")))}.dir}}
    - {{path: data/mine, hash: md5, md5: {"1" * 32}.dir}}
    - {{path: make.py, hash: md5, md5: {md5("make")}}}
    - {{path: gone.py, hash: md5, md5: {md5("gone")}}}
    params:
      params.yaml: {{data: mine, rate: 0.0001}}
    outs:
    - {{path: made.txt, hash: md5, md5: {md5("made")}}}
    - {{path: shown.txt, hash: md5, md5: {md5("shown")}}}
  use:
    cmd: cat made.txt
    deps:
    - {{path: made.txt, hash: md5, md5: {md5("other")}}}
"""

FILES = {
    ".dvc/config": "",
    ".dvcignore": "__pycache__\n",
    "dvc.yaml": DVC_YAML,
    "dvc.lock": LOCK,
    "params.yaml": "data: mine\nrate: 1e-4\n",
    "make.py": "make",
    "code/a.py": "a",
    "code/b/c.py": "c",
    "code/__pycache__/a.pyc": "no",
    "data/mine.dvc": f"outs:\n- {{path: mine, hash: md5, md5: {'1' * 32}.dir}}\n",
    "shown.txt": "shown",
}


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Two stages and a lock, as in a clone: neither data nor cache."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    for name, text in FILES.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    project.run("git", "init", "-q")
    project.run("git", "add", "-A")
    project.run("git", "commit", "-q", "-m", "start")
    return project


def dependencies(project):
    make, use = read_stages(project.folder)
    return {dep.path: dep for dep in make.dependencies + use.dependencies}


def test_a_folder_is_hashed_as_dvc_does_it_ignored_files_left_out(small):
    code = dependencies(small)["code"]
    assert code.now == code.locked
    assert code.inside == ()


def test_of_a_changed_folder_git_names_the_files(small):
    (small / "code/b/c.py").write_text("changed")
    (small / "code/new.py").write_text("new")
    code = dependencies(small)["code"]
    assert code.now != code.locked
    assert code.inside == ("code/b/c.py", "code/new.py")


def test_data_under_dvc_are_judged_by_their_dvc_file(small):
    data = dependencies(small)["data/mine"]
    assert (data.made_by, data.now) == ("data/mine.dvc", data.locked)


def test_what_a_stage_makes_is_judged_by_that_stage_in_the_lock(small):
    made = dependencies(small)["made.txt"]
    assert (made.made_by, made.now, made.locked) == ("make", md5("made"), md5("other"))


def test_params_are_read_by_the_rules_of_dvc(small):
    make, _ = read_stages(small.folder)
    assert make.params == make.locked_params == {"params.yaml": {"data": "mine", "rate": 1e-4}}


def test_outputs_in_git_are_hashed_and_others_are_not(small):
    make, _ = read_stages(small.folder)
    assert [(out.path, out.now, out.in_git) for out in make.results] == [
        ("made.txt", None, False),
        ("shown.txt", md5("shown"), True),
    ]


def test_what_only_the_lock_names_is_listed(small):
    make, use = read_stages(small.folder)
    assert (make.dropped, use.dropped) == (["gone.py"], [])


def test_a_stage_that_is_frozen_is_judged_as_any_other(small):
    frozen = DVC_YAML.replace("cmd: python", "frozen: true\n    cmd: python")
    (small / "dvc.yaml").write_text(frozen)
    (small / "make.py").write_text("edited")
    make = read_stages(small.folder)[0]
    assert "make.py" in {dep.path for dep in make.dependencies if dep.now != dep.locked}
    assert make.params == {"params.yaml": {"data": "mine", "rate": 1e-4}}


def test_what_lies_in_the_folder_of_another_stage_is_left_out(small):
    (small / "dvc.yaml").write_text(DVC_YAML.replace("deps: [made.txt]", "deps: [data]"))
    assert read_stages(small.folder)[1].dependencies == []


def test_reading_writes_nothing(small):
    def snapshot():
        return {path: path.stat().st_mtime_ns for path in small.folder.rglob("*")}

    before = snapshot()
    read_stages(small.folder)
    assert snapshot() == before


def test_a_mistake_in_dvc_yaml_is_told_in_dvcs_words(small):
    (small / "dvc.yaml").write_text(DVC_YAML.replace("${data}", "${dta}"))
    with pytest.raises(RetraceError, match="Could not find 'dta'"):
        read_stages(small.folder)


def test_a_folder_without_dvc_is_told(tmp_path):
    with pytest.raises(RetraceError, match="not inside of a DVC repository"):
        read_stages(tmp_path)


@pytest.mark.filterwarnings("ignore:_NoneStep")  # DVC's own
def test_stages_come_after_those_whose_outputs_they_read_wherever_they_stand(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dvc.yaml").write_text(
        "stages:\n  use: {cmd: cat a, deps: [a], outs: [b]}\n  make: {cmd: touch a, outs: [a]}\n"
    )
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text("[core]\n    no_scm = true\n")
    assert run_order() == ["make", "use"]
