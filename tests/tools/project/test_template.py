import re

import pytest

from project import ROOT
from retrace.core.checked_yaml import yaml_values
from retrace.core.errors import RetraceError
from retrace.tools.project import template
from retrace.tools.project.template import PIN


def text(files, path):
    return files[path].decode()


def test_a_project_has_fewer_than_60_files_its_wheel_included(files):
    assert len(files) + 1 < 60


def test_what_is_not_changed_for_a_project_is_the_repositorys_own_file(files):
    same = set(template.names(ROOT)) - set(template.CHANGES)
    assert {"params.yaml", "requirements.txt", "src/train.py", "hpo/spaces.yaml"} <= same
    assert all(files[path] == (ROOT / path).read_bytes() for path in same)
    assert all(files[path] != (ROOT / path).read_bytes() for path in template.CHANGES)


def test_the_pin_of_the_library_stands_for_its_files(files):
    ours = yaml_values((ROOT / "dvc.yaml").read_text())["stages"]
    for name, stage in yaml_values(text(files, "dvc.yaml"))["stages"].items():
        kept = {dep for dep in ours[name]["deps"] if not dep.startswith("src/retrace/")}
        assert set(stage["deps"]) == {*kept, PIN}
        assert {key: stage[key] for key in stage if key != "deps"} == {
            key: ours[name][key] for key in ours[name] if key != "deps"
        }


def test_every_file_that_a_stage_depends_on_is_there(files):
    stages = yaml_values(text(files, "dvc.yaml"))["stages"].values()
    deps = {dep.replace("${data}", "digits") for stage in stages for dep in stage["deps"]}
    sources = {dep for dep in deps if not dep.startswith(("cache/", "report/", "data/digits"))}
    assert sources <= set(files)


def test_the_makefile_and_the_workflows_of_a_project_use_only_what_it_has(files):
    makefile = text(files, "Makefile")
    words = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))
    programs = set(re.findall(r"@(\.(?:github|ci)/[\w./]+)", makefile))
    workflows = [text(files, path) for path in files if path.startswith(".github/workflows/")]
    assert {
        word for each in workflows for word in re.findall(r"run: (?:sudo )?make ([a-z]+)", each)
    } <= words
    assert {"repro", "test", "lint", "search", "requirements"} <= words
    assert programs <= set(files)
    for path in re.findall(r"requirements[a-z-]*\.(?:in|txt)", makefile):
        assert path in files
    assert "src/retrace" not in "".join([makefile, *workflows])
    everything = "".join([makefile, text(files, ".github/dependabot.yml"), *workflows])
    assert not [
        word for word in ("benchmarks", "docker", "Dockerfile", "smoke", "-m long") if word in everything
    ]


def test_what_posts_a_comment_comes_from_the_pinned_library(files):
    workflow = yaml_values(text(files, ".github/workflows/comment.yml"))
    for job in workflow["jobs"].values():
        runs = [step["run"] for step in job["steps"] if "run" in step]
        assert f"--target {template.LIBRARY} -r {PIN}" in runs[0]
        assert runs[1].startswith("python3 -m posting")
    assert workflow["env"]["PYTHONPATH"].startswith(f"{template.LIBRARY}/retrace/")


def test_an_installation_without_its_template_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(template, "CHECKOUT", tmp_path)
    with pytest.raises(RetraceError, match="was installed without its template: install the wheel"):
        template.template_folder()
