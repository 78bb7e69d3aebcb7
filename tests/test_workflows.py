"""What the workflows may do: rules that keep a fork from keys and machines, and YAML thin."""

import functools
import re
import subprocess

import pytest

from project import ROOT
from retrace.core.checked_yaml import load_yaml

FOLDER = ROOT / ".github/workflows"
FILES = {path.stem: path for path in sorted(FOLDER.glob("*.y*ml"))}

# A word of the Makefile, or a module of this repository; where there is no make, what README.md says.
COMMAND = re.compile(
    r"(?:sudo )?make [a-z]+|pip install [\w .-]+|retrace repro"
    r'|python3 -m posting [a-z]+( --folder "\$RUNNER_TEMP/pull-request")?'
)

# A fork's pull request reaches these, or a person who may only comment does.
FROM_OUTSIDE = {"pull_request", "pull_request_target", "issue_comment", "workflow_run", "issues", "fork"}


@functools.cache
def load(name):
    workflow = load_yaml(FILES[name])
    # "on" is a word in YAML 1.2, and `true` for those who read 1.1.
    workflow["on"] = workflow.get("on", workflow.get(True))
    return workflow


def triggers(workflow):
    return {workflow["on"]} if isinstance(workflow["on"], str) else set(workflow["on"])


JOBS = [(name, job) for name in FILES for job in load(name)["jobs"]]


@pytest.fixture(params=JOBS, ids=[f"{name}-{job}" for name, job in JOBS])
def job(request):
    name, key = request.param
    return load(name), load(name)["jobs"][key]


def text_of(value):
    return str(value)


def test_these_are_the_workflows():
    assert list(FILES) == ["cml", "comment", "docs", "package", "release", "run", "scheduled", "tests"]


def test_a_job_that_outsiders_start_never_runs_on_the_groups_machine(job):
    workflow, each = job
    labels = each["runs-on"]
    if triggers(workflow) & FROM_OUTSIDE:
        assert labels in {"ubuntu-24.04", "macos-15", "windows-2025"}
    if "self-hosted" in labels:
        assert triggers(workflow) == {"push"}


def test_only_a_push_to_a_branch_of_this_repository_reaches_the_gpu():
    workflow = load("cml")
    assert list(workflow["on"]) == ["push"]
    assert set(workflow["on"]["push"]) == {"branches"}  # so not by a tag
    assert workflow["jobs"]["cml"]["runs-on"] == ["self-hosted", "gpu"]


def test_a_run_on_a_tag_has_no_key_of_main_and_its_code_no_right_to_write():
    workflow = load("run")
    assert workflow["on"] == {"push": {"tags": ["run-*"]}}
    run, publish = workflow["jobs"]["run"], workflow["jobs"]["publish"]
    assert (run["runs-on"], run["environment"]) == (["self-hosted", "gpu"], "gpu")
    assert run["if"] == "vars.GPU_RUNNER == 'true'"
    assert run["permissions"] == {"contents": "read"}
    assert "ref" not in run["steps"][0]["with"]  # so that of the tag
    assert publish["steps"][0]["with"]["ref"] == "${{ github.event.repository.default_branch }}"
    assert "secrets." not in text_of(publish)


def test_a_run_on_a_tag_is_pushed_before_it_is_made_again_and_released():
    steps = load("run")["jobs"]["run"]["steps"]
    runs = [step["run"] for step in steps if "run" in step]
    assert runs == [f"make {word}" for word in ("setup", "doctor", "repro", "push", "pull", "verify")]
    assert "secrets." not in text_of([step for step in steps if step.get("run") == "make verify"])


def test_what_a_fork_may_rewrite_holds_no_secret_and_no_right():
    workflow = load("tests")
    assert "secrets." not in FILES["tests"].read_text()
    assert triggers(workflow) == {"push", "pull_request"}
    for each in workflow["jobs"].values():
        assert each["permissions"] == {"contents": "read"}
        assert "environment" not in each


def test_no_workflow_starts_on_a_request_with_the_rights_of_the_default_branch():
    for name in FILES:
        assert not triggers(load(name)) & {"pull_request_target", "issue_comment"}


def test_a_job_with_rights_that_outsiders_start_checks_out_the_default_branch_alone():
    workflow = load("comment")
    for each in workflow["jobs"].values():
        refs = [
            step["with"]["ref"]
            for step in each["steps"]
            if step.get("uses", "").startswith("actions/checkout@")
        ]
        assert refs == ["${{ github.event.repository.default_branch }}"]
        assert not re.search(
            r"head_sha|head\.sha|pull/|git (fetch|clone|checkout)", text_of(each["steps"])
        )


def test_the_artifact_is_unpacked_outside_of_the_code_that_reads_it():
    for each in load("comment")["jobs"].values():
        for step in each["steps"]:
            if step.get("uses", "").startswith("actions/download-artifact@"):
                assert step["with"]["path"] == "${{ runner.temp }}/pull-request"


def test_the_artifact_is_that_of_the_run_that_was_found_and_whole_where_it_is_committed():
    jobs = load("comment")["jobs"]
    for each in jobs.values():
        found = [step for step in each["steps"] if "run" in step or "with" in step]
        ids = [text_of(step).count("steps.find.outputs.run-id }}") for step in found]
        assert sum(ids) == 2  # to bring it, and to read it
    app, commit = jobs["commit"]["steps"][-2:]
    assert app["if"] == commit["if"] == "steps.artifact.outputs.download-path"


# What a job may write: comments, looks at the test part, images and what is signed of them.
WRITING = {
    "Comment": {"pull-requests"},
    "Publish it": {"id-token"},
    "Publish the report": {"contents"},
    "Open the test part, and count the look": {"contents"},
    "Publish the image that serves it": {"attestations", "id-token", "packages"},
}


def test_nothing_is_allowed_until_a_job_says_so_and_writing_only_where_it_must(job):
    workflow, each = job
    assert workflow["permissions"] == {}
    writing = {what for what, level in each["permissions"].items() if level == "write"}
    assert writing <= WRITING.get(each["name"], set())


def test_the_job_that_publishes_has_no_key_of_the_store_and_asks_the_image_before_it_pushes():
    jobs = load("release")["jobs"]
    assert jobs["image"]["needs"] == "release"  # which has asked whether main has the commit
    assert "secrets." not in text_of(jobs["image"])
    runs = [step["run"] for step in jobs["image"]["steps"] if "run" in step]
    assert runs == [f"make {word}" for word in ("image", "smoke", "sbom", "publish")]


def test_the_job_that_publishes_runs_no_code_of_the_repository():
    job = load("package")["jobs"]["publish"]
    assert job["environment"] == "pypi"
    assert [step["uses"].partition("@")[0] for step in job["steps"]] == [
        "actions/download-artifact",
        "pypa/gh-action-pypi-publish",
    ]


def test_who_may_write_the_ledger_runs_nothing_but_this_repositorys_own_code():
    look = load("comment")["jobs"]["look"]
    used = [step["uses"].partition("@")[0] for step in look["steps"] if "uses" in step]
    assert used == ["actions/checkout", "actions/download-artifact"]
    runs = [step["run"].split(" --")[0] for step in look["steps"] if "run" in step]
    assert runs == ["python3 -m posting find", "python3 -m posting open"]


def test_secrets_are_given_to_single_steps_of_jobs_with_an_environment(job):
    workflow, each = job
    assert "secrets." not in text_of(workflow.get("env"))
    assert "secrets." not in text_of(each.get("env"))
    assert "inherit" not in text_of(each.get("secrets"))
    if "secrets." in text_of(each["steps"]):
        assert each["environment"]


def test_actions_are_pinned_by_commit_with_their_version_beside_it():
    for path in FILES.values():
        for line in path.read_text().splitlines():
            if "uses:" in line:
                assert re.search(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


def test_no_job_runs_for_ever_or_keeps_its_token_on_disk(job):
    _, each = job
    assert each["timeout-minutes"] <= 720
    for step in each["steps"]:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_a_newer_push_ends_the_run_of_the_same_branch_and_no_other():
    groups = {name: load(name)["concurrency"] for name in FILES}
    assert all(group["cancel-in-progress"] is True for group in groups.values())
    assert groups["cml"]["group"] == "cml-${{ github.ref }}"
    assert groups["tests"]["group"] == "tests-${{ github.event.pull_request.number || github.ref }}"
    # Two forks may have a branch of one name.
    assert "head_repository.full_name" in groups["comment"]["group"]
    assert "head_branch" in groups["comment"]["group"]


def test_each_step_runs_one_command_that_a_laptop_has_too(job):
    _, each = job
    words = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    for step in each["steps"]:
        if run := step.get("run"):
            assert COMMAND.fullmatch(run), run
            assert not run.startswith("make ") or run.split()[1] in words
            assert "${{" not in run


def test_the_gpu_job_pushes_before_it_tells_anything():
    steps = load("cml")["jobs"]["cml"]["steps"]
    runs = [step["run"] for step in steps if "run" in step]
    words = ("ledger", "setup", "doctor", "fetch", "repro", "push", "comment")
    assert runs == [f"make {word}" for word in words]
    assert steps[0]["with"]["fetch-depth"] == 0


def test_packages_are_installed_before_any_key_is_there():
    steps = load("cml")["jobs"]["cml"]["steps"]
    setup = next(number for number, step in enumerate(steps) if step.get("run") == "make setup")
    with_keys = [number for number, step in enumerate(steps) if "secrets." in text_of(step)]
    assert setup < min(with_keys)
    assert "env" not in steps[setup]
    assert "aws-actions" not in FILES["cml"].read_text().split("make setup")[0]


def test_main_has_an_environment_of_its_own():
    chosen = load("cml")["jobs"]["cml"]["environment"]
    main = "github.ref_name == github.event.repository.default_branch"
    assert chosen == f"${{{{ {main} && 'gpu-main' || 'gpu' }}}}"


def test_without_a_gpu_runner_no_job_waits_for_one():
    assert load("cml")["jobs"]["cml"]["if"] == "vars.GPU_RUNNER == 'true'"


def test_cml_is_pinned_and_its_failure_fails_nothing():
    steps = [
        step
        for step in load("comment")["jobs"]["comment"]["steps"]
        if "setup-cml" in step.get("uses", "")
    ]
    assert [step["with"] for step in steps] == [{"version": "0.20.6", "vega": False}]
    assert steps[0]["continue-on-error"] is True


LINTERS = {
    "zizmor": ["zizmor", "--offline", "--quiet", "--no-progress", "--persona=pedantic", ".github"],
    "schema": [
        "check-jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
        *map(str, FILES.values()),
    ],
    "hadolint": ["hadolint", "Dockerfile"],
}


@pytest.mark.parametrize("linter", LINTERS)
def test_linters_find_nothing(linter):
    done = subprocess.run(LINTERS[linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_lines_for_aws_are_right_once_they_are_uncommented(tmp_path):
    text = FILES["cml"].read_text()
    lines = re.sub(
        r"(?m)^(\s+)# (- uses: aws-|  with:|    (?:role|aws)-|id-token: write)", r"\1\2", text
    )
    changed = tmp_path / "cml.yml"
    changed.write_text(lines)
    steps = load_yaml(changed)["jobs"]["cml"]["steps"]
    assert [step["with"]["role-to-assume"] for step in steps if "aws-actions" in step.get("uses", "")]
    assert load_yaml(changed)["jobs"]["cml"]["permissions"] == {"contents": "read", "id-token": "write"}
    schema = ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", str(changed)]
    subprocess.run(schema, check=True, capture_output=True)
