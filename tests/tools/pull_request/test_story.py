"""A pull request from its first push to its second, without GitHub: author, GPU runner and comment job.

The steps are those of the workflow files, the store is a real S3 server, the comment goes to a server
that answers as GitHub does, posted by the real CML where there is one.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest

from github_server import GitHubServer
from project import Project, environment
from retrace.tools.pull_request.posting.comment import MARK
from retrace.tools.pull_request.posting.sanitizing import length
from workflow_steps import Job

pytestmark = [pytest.mark.slow, pytest.mark.long]

BRANCH = "stronger-penalty"
STRANGER = {"login": "stranger", "type": "User"}
CML = os.environ.get("CML_BIN", "cml")
HAS_CML = bool(shutil.which(CML.split()[0]))


class Story:
    """The repository, its store, its GitHub, and what the jobs do with them."""

    def __init__(self, folder, swift, reproduced):
        self.folder = folder
        self.keys = swift.keys()
        self.bare = folder / "origin.git"
        self.author = self.start(swift, reproduced)
        self.github = GitHubServer(folder, self.bare)
        self.tries = 0

    def start(self, swift, reproduced):
        """Main, as a colleague left it: run, pushed to the store and to Git."""
        swift.add_bucket("story")
        author = reproduced.copy_to(self.folder / "author")
        author.retrace("remote", "s3://story/wine", "--endpoint-url", swift.url, **self.keys)
        author.run("git", "add", "--all")
        author.run("git", "commit", "-qm", "The first model")
        author.retrace("push", **self.keys)
        author.run("git", "clone", "-q", "--bare", ".", str(self.bare))
        author.run("git", "remote", "add", "origin", str(self.bare))
        author.run("git", "checkout", "-qb", BRANCH)
        return author

    def push(self, C):
        """The author changes one value and pushes."""
        self.author.set(models__logistic_regression__C=C)
        self.author.run("git", "commit", "-qam", f"C = {C}")
        self.author.run("git", "push", "-q", "origin", BRANCH)
        return self.author.run("git", "rev-parse", "HEAD").stdout.strip()

    def push_a_run(self, C):
        """The author takes the committed results, changes a value, runs, and pushes all of it."""
        self.author.run("git", "pull", "-q", "--ff-only", "origin", BRANCH)
        self.author.set(models__logistic_regression__C=C)
        self.author.run(sys.executable, "-m", "retrace", "repro", "--pull", **self.keys)
        self.author.retrace("push", **self.keys)
        return self.push(C)

    def clone(self, branch):
        self.tries += 1
        clone = Project(self.folder / f"clone-{self.tries}")
        subprocess.run(["git", "clone", "-qb", branch, str(self.bare), str(clone.folder)], check=True)
        # The environment that runs the tests is ready: make need not install it again.
        (clone / ".retrace").mkdir()
        (clone / ".retrace/ready").touch()
        return clone

    def variables(self, clone, **others):
        own = {
            "MAKEFLAGS": "READY=.retrace/ready",
            "VIRTUAL_ENV": sys.prefix,
            "RUNNER_TEMP": str(self.temp),
        }
        return environment(clone) | own | others

    @property
    def temp(self):
        return self.folder / f"temp-{self.tries}"

    def on_the_runner(self):
        """The cml job: a fresh clone, the steps of cml.yml, and what upload-artifact takes with it."""
        clone = self.clone(BRANCH)
        self.temp.mkdir()
        # This machine has no GPU, which the job would rightly refuse.
        job = Job(
            "cml",
            "cml",
            vars={"DOCTOR": "--seconds=10"},
            secrets=self.keys,
            github={"token": "a-token"},
        )
        summary = {"GITHUB_STEP_SUMMARY": str(self.temp / "summary")}
        said = job.run(clone, self.temp, **self.variables(clone, **summary))
        shutil.rmtree(self.folder / "artifact", ignore_errors=True)
        shutil.copytree(clone / ".retrace/pull-request", self.folder / "artifact")
        return said

    def tell(self, run):
        """The jobs of comment.yml that every run has."""
        _, _, looked = self.after_the_run(run, "look")
        said, summary, _ = self.after_the_run(run, looked=looked)
        return said, summary

    def ledger(self):
        """The looks that the repository has noted."""
        shown = self.github.git("cat-file", "blob", "refs/retrace/looks:looks.jsonl").decode()
        return [json.loads(line) for line in shown.splitlines()]

    def after_the_run(self, run, name="comment", looked=None):
        """A job of comment.yml: the code of main, the event, and the artifact unpacked."""
        clone = self.clone("main")
        shutil.copytree(self.folder / "artifact", self.temp / "pull-request")
        (self.temp / "event").write_text(json.dumps(self.github.event(run)))
        job = Job(
            "comment",
            name,
            github={"token": "a-token"},
            **{
                "steps.app.outputs": {"token": "a-token"},
                "steps.artifact.outputs": {"download-path": str(self.temp / "pull-request")},
                "needs.look.outputs": looked or {},
            },
        )
        others = {
            "GITHUB_EVENT_PATH": str(self.temp / "event"),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
            "CML_BIN": CML,
            "HOME": str(self.temp),
        }
        said = job.run(clone, self.temp, **self.variables(clone, **self.github.variables, **others))
        summary = (self.temp / "summary").read_text() if name == "comment" else ""
        return said, summary, job.contexts.get("steps.open.outputs", {})


@pytest.fixture(scope="module")
def story(tmp_path_factory, swift, reproduced):
    story = Story(tmp_path_factory.mktemp("story"), swift, reproduced)
    with story.github:
        yield story


@pytest.fixture(scope="module")
def played(story):
    """Two pushes, each run and told: the first of a draft, whose results its job commits.

    The draft becomes ready for review, and is told again; then comes the second push, on top of it.
    """
    found = {}
    for number, push in enumerate((story.push, story.push_a_run)):
        sha = push(C=(0.001, 0.5)[number])
        story.github.pulls.clear()
        story.github.add_pull(7, sha, BRANCH, draft=number == 0)
        found["runner", number] = story.on_the_runner()
        run = story.github.add_run(sha, BRANCH)
        found["comment", number], found["summary", number] = story.tell(run)
        found["body", number] = story.github.comments[7][0]["body"]
        if number == 0:
            story.github.pulls[0]["draft"] = False
            story.tell(story.github.add_run(sha, BRANCH, "tests", "pull_request", conclusion="skipped"))
            found["body", "ready"] = story.github.comments[7][0]["body"]
            found["commit"], *_ = story.after_the_run(run, "commit")
    found["run"] = run
    return found


def test_the_first_push_says_what_it_did_to_the_model(story, played):
    body = played["body", 0]
    assert length(body) <= 65_536
    first, second, third = body.split("\n\n")[:3]
    assert f"on `{BRANCH}` · [cml](" in first
    assert "[artifact](" in first
    assert second.startswith("Judged on the validation part.")
    assert "`accuracy`" in third
    assert "validation rows" in third
    assert "test rows" not in body
    for section in ("### Metrics", "### What changed", "### Made from", "models.logistic_regression.C"):
        assert section in body
    assert "0.001" in body


def test_once_it_is_ready_the_test_part_is_opened_and_each_look_counted(story, played):
    verdict, look = played["body", "ready"].split("\n\n")[1:3]
    assert verdict.lstrip("▼ ").startswith("**worse**: `accuracy`")
    assert look.startswith("Look 1 of this request, judged at .0304")
    assert "Look 2 of this request, judged at .0076" in played["body", 1]
    assert [(each["request"], each["look"], each["verdict"]) for each in story.ledger()] == [
        (BRANCH, 1, "worse"),
        (BRANCH, 2, "no significant difference"),
    ]


def test_the_summary_has_the_same_text(played):
    for number in (0, 1):
        assert played["body", number].startswith(played["summary", number].rstrip())


def test_the_second_push_changes_the_comment_in_place(story, played):
    assert len(story.github.comments[7]) == 1
    body = played["body", 1]
    assert "against 0.9773 of `main`" in body.split("\n\n")[1]
    assert "**worse**" not in body
    assert "0.5" in body
    assert MARK.search(body)
    written = [method for method, path in story.github.writes() if "/issues/" in path]
    assert written == ["POST", "PATCH", "PATCH"]


def test_cml_posted_it(played):
    if not HAS_CML:
        pytest.skip("the half with the real CML is left out: no cml on the PATH, and CML_BIN names none")
    for number in (0, 1):
        said = played["comment", number]["python3 -m posting comment"]
        assert said == "posted on #7, with CML\n"


def test_only_what_the_change_touches_is_run_again(played):
    said = played["runner", 0]["make repro"]
    assert "Running stage 'train'" in said
    assert "Running stage 'split'" not in said


def test_the_results_are_committed_on_top_of_what_was_run(story, played):
    assert "committed as" in played["commit"]["python3 -m posting commit"]
    log = story.author.run("git", "log", "--format=%s", "-3").stdout.splitlines()
    assert log[0] == "C = 0.5"
    assert log[1].startswith("Results of the run for ")
    changed = story.author.run("git", "show", "--name-only", "--format=", "HEAD~1").stdout.split()
    assert changed == ["dvc.lock", "metrics.json", "report/report.md"]


def test_a_run_that_the_author_made_and_pushed_is_not_made_again(story, played):
    assert "Running stage" not in played["runner", 1]["make repro"]
    assert (story.folder / "artifact/report/index.html").is_file()


def test_on_a_busy_request_the_comment_is_still_found(story, played):
    run = played["run"]
    story.github.pulls[0]["number"] = 8
    for number in range(120):
        story.github.add_comment(8, f"busy {number}", STRANGER)
    story.tell(run)
    assert len(story.github.comments[8]) == 121
    story.github.comments[8][-1]["body"] = story.github.comments[8][-1]["body"].replace("0.5", "old")
    story.tell(run)
    assert len(story.github.comments[8]) == 121
    assert "0.5" in story.github.comments[8][-1]["body"]


def test_a_branch_that_moved_meanwhile_keeps_its_comment(story, played):
    before, looks = list(story.github.writes()), story.ledger()
    story.github.pulls[0]["head"]["sha"] = "f" * 40
    said, summary = story.tell(played["run"])
    assert "has moved on" in said["python3 -m posting comment"]
    assert "### Metrics" in summary
    assert (story.github.writes(), story.ledger()) == (before, looks)
