"""The Dockerfile, what starts it, and what publishes it; a real build is `make contained`."""

import fnmatch
import json
import os
import re
import shutil
import subprocess
from importlib import resources

import jsonschema
import pytest

from project import ROOT
from retrace.core.checked_yaml import load_yaml

DOCKERFILE = (ROOT / "Dockerfile").read_text()

DEVCONTAINERS = sorted((ROOT / ".devcontainer").glob("*/devcontainer.json"))


def fake(folder, name, *lines):
    """Write a program that stands for another."""
    path = folder / name
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)


def start(*command, folder, **variables):
    """Run a script with the programs of a folder before all others."""
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PATH": path} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout + run.stderr


def test_the_base_is_pinned_by_its_digest_and_nothing_runs_as_root():
    outside = [line for line in DOCKERFILE.splitlines() if re.match(r"FROM [^$ ]*[:@]", line)]
    assert len(outside) == 1
    assert re.search(r"^FROM python:3\.11\.\d+-slim-bookworm@sha256:[0-9a-f]{64} AS python$", outside[0])
    for target in ("pipeline", "dev", "serve"):
        stage = DOCKERFILE.partition(f" AS {target}\n")[2].partition("\nFROM ")[0]
        assert "USER 1000:1000\n" in stage


def test_the_image_gets_what_the_dockerfile_names_and_nothing_else():
    allowed = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    copied = {source for line in lines for source in line.split()[:-1]}
    assert {each for each in copied if any(fnmatch.fnmatch(each, one) for one in allowed)} == copied
    assert set(allowed) <= copied
    assert not any(fnmatch.fnmatch(".env", pattern) for pattern in allowed)


def test_vs_code_opens_what_the_dockerfile_has():
    assert [path.parent.name for path in DEVCONTAINERS] == ["cpu", "gpu"]
    for path in DEVCONTAINERS:
        build = json.loads(path.read_text())["build"]
        assert (path.parent / build["dockerfile"]).samefile(ROOT / "Dockerfile")
        assert (path.parent / build["context"]).samefile(ROOT)
        assert f" AS {build['target']}\n" in DOCKERFILE
        assert all(f"ARG {name}" in DOCKERFILE for name in build.get("args", ()))


def test_the_two_of_vs_code_differ_by_the_gpu_alone():
    cpu, gpu = (json.loads(path.read_text()) for path in DEVCONTAINERS)
    assert gpu.pop("runArgs") == ["--gpus", "all"]
    assert gpu.pop("hostRequirements") == {"gpu": True}
    assert gpu["build"].pop("args") == {"TORCH_INDEX": ""}
    assert {**gpu, "name": ""} == {**cpu, "name": ""}


@pytest.mark.parametrize("same", [True, False])
def test_in_the_image_make_installs_nothing_and_other_requirements_are_refused(tmp_path, same):
    work, made_from = tmp_path / "work", tmp_path / "made-from"
    for folder in (work, made_from):
        folder.mkdir()
        (folder / "requirements.txt").write_text("numpy==2.4.6\n")
    mark = tmp_path / "retrace-ready-1"
    mark.touch()
    os.utime(mark, (0, 0))
    if not same:
        (work / "requirements.txt").write_text("numpy==2.4.7\n")
    status, said = start(ROOT / ".ci/entry", "echo", "done", folder=work, VIRTUAL_ENV=str(tmp_path))
    assert (status, mark.stat().st_mtime > 0) == ((0, True) if same else (1, False))
    other = "this image was made from another requirements.txt: run `make image` outside of it\n"
    assert said == ("done\n" if same else other)
    (tmp_path / "bin").mkdir()  # it can be written to: where one develops
    status, said = start(ROOT / ".ci/entry", "echo", "done", folder=work, VIRTUAL_ENV=str(tmp_path))
    assert (status, "done\n" in said) == (0, True)


@pytest.mark.parametrize(
    ("works", "options"),
    [("docker", "run --rm --user"), ("podman", "run --rm --userns keep-id --user")],
)
def test_the_engine_that_runs_is_taken_and_files_are_the_users(tmp_path, works, options):
    for each in ("docker", "podman"):
        answer = "exit 0" if each == works else "exit 1"
        digest = '[ "$1" != image ] || { echo sha256:abc; exit; }'
        fake(tmp_path, each, f'[ "$1" != info ] || {answer}', digest, f'echo "{each} $*"')
    status, said = start(ROOT / ".ci/image", "run", "make", "repro", folder=tmp_path, IMAGE="mine")
    assert status == 0, said
    user = f"{os.getuid()}:{os.getgid()}"
    told, options = "--env RETRACE_IMAGE=mine@sha256:abc", options.removeprefix("run --rm")
    assert said == f"{works} run --rm {told}{options} {user} --volume {ROOT}:/work mine make repro\n"


def test_without_an_engine_one_line_says_so(tmp_path):
    for each in ("bash", "dirname"):
        (tmp_path / each).symlink_to(shutil.which(each))
    status, said = start(ROOT / ".ci/image", "build", folder=tmp_path, PATH=str(tmp_path))
    assert status == 1
    assert said == "error: no docker, podman or buildah that runs: install one\n"


@pytest.mark.parametrize(
    ("tag", "labels"),
    [("model@v1.2.0", ["v1.2.0"]), ("model#prod#3", ["prod-3", "prod"]), ("other@v1", None)],
)
def test_an_image_is_published_under_what_its_tag_says(tmp_path, tag, labels):
    name = "ghcr.io/ada/retrace/serve"
    fake(
        tmp_path,
        "docker",
        f'[ "$1" != inspect ] || {{ echo other/x@sha256:no; echo {name}@sha256:abc; exit; }}',
        f'echo "$*" >> {tmp_path}/asked',
        f'[ "$1" != login ] || cat >> {tmp_path}/password',
    )
    output = tmp_path / "output"
    status, said = start(
        ROOT / ".github/publish.sh",
        tag,
        folder=tmp_path,
        GITHUB_REPOSITORY="Ada/Retrace",
        GITHUB_ACTOR="ada",
        GITHUB_OUTPUT=str(output),
        REGISTRY_TOKEN="secret",
    )
    if labels is None:
        assert (status, "allowed: model@v1.0.0, model#prod#1" in said) == (1, True)
        return
    asked = (tmp_path / "asked").read_text()
    assert [line.split()[-1] for line in asked.splitlines() if line.startswith("push")] == [
        f"{name}:{label}" for label in labels
    ]
    assert output.read_text() == f"name={name}\ndigest=sha256:abc\n"
    assert (tmp_path / "password").read_text() == "secret\n"
    assert "secret" not in asked + said


COMPOSE = load_yaml(ROOT / "compose.yaml")
SERVICES = COMPOSE["services"]

PAGE = (ROOT / "docs/containers.md").read_text()


def test_compose_reads_the_file_and_the_dockerfile_has_its_targets():
    schema = resources.files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json"
    jsonschema.validate(COMPOSE, json.loads(schema.read_text()))
    for name, service in SERVICES.items():
        if build := service.get("build"):
            assert f" AS {build['target']}\n" in DOCKERFILE
            assert all(f"ARG {argument}" in DOCKERFILE for argument in build.get("args", ()))
        else:
            assert re.fullmatch(r"[a-z./]+:v?[\d.]+@sha256:[0-9a-f]{64}", service["image"]), name


def test_of_a_team_all_files_are_the_users_no_secret_is_in_git_and_nobody_else_reaches_it():
    for service in SERVICES.values():
        assert service["user"].startswith("${RETRACE_USER:?")
        assert all(path.startswith(".retrace/") for path in service["env_file"])
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
        values = service.get("environment", {})
        assert not [name for name in values if re.search("KEY|PASSWORD|SECRET", name)]


def test_a_team_starts_by_the_commands_of_the_page_which_make_keys_once(tmp_path):
    (tmp_path / ".ci").mkdir()
    for name in ("team", "image"):
        shutil.copy(ROOT / ".ci" / name, tmp_path / ".ci" / name)
    digest = '[ "$1" != image ] || { echo sha256:abc; exit; }'
    quiet = '[ "$1" != info ] && [ "$2" != version ] || exit 0'
    fake(tmp_path, "docker", digest, quiet, 'echo "$RETRACE_USER $RETRACE_IMAGE $*"')
    asked = re.findall(r'^\$ make team(?: ARGS="?([^"\n]*?)"?)?(?:  +#.*)?$', PAGE, re.MULTILINE)
    assert asked[:2] == ["", "run --rm pipeline"]
    user = f"{os.getuid()}:{os.getgid()}"
    for words in asked:
        status, said = start(tmp_path / ".ci/team", *words.split(), folder=tmp_path, IMAGE="")
        last = f"{user} retrace:team@sha256:abc compose {words or 'up --detach --wait'}"
        assert (status, said.splitlines()[-1]) == (0, last)
    home = tmp_path / ".retrace/team"
    files = {path for service in SERVICES.values() for path in service["env_file"]}
    made = {path: (tmp_path / path).read_text() for path in files}
    assert all((tmp_path / path).stat().st_mode & 0o077 == 0 for path in files)
    assert {path.name for path in (home / "s3").iterdir()} == {"dvc", "mlflow"}
    start(tmp_path / ".ci/team", "down", folder=tmp_path)
    assert made == {path: (tmp_path / path).read_text() for path in files}


def test_without_compose_one_line_says_so(tmp_path):
    fake(tmp_path, "docker", "exit 1")
    status, said = start(ROOT / ".ci/team", folder=tmp_path)
    assert (status, said.splitlines()) == (
        1,
        ["error: `docker compose` does not run here: install Docker with its plugin compose"],
    )
