"""The `cml` job for a push that changes nothing of the pipeline: what its own steps take."""

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from project import Project, commit_all, copy_project, environment
from swift import Swift, missing_programs
from workflow_steps import Job

BUCKET = "shared"


def measure() -> str:
    """Return a Markdown table; the run before it, which fills the store, is not measured."""
    if missing := missing_programs():
        return f"Not measured: {', '.join(missing)} are not installed here."
    with tempfile.TemporaryDirectory(prefix="retrace-ci-") as folder:
        swift = Swift(Path(folder) / "swift").start()
        try:
            swift.add_bucket(BUCKET)
            bare = _main(Path(folder), swift)
            first, again = (_job(Path(folder) / name, bare, swift) for name in ("first", "again"))
        finally:
            swift.stop()
    best = {step: min(first[step], again[step]) for step in first}
    lines = ["| step | seconds |", "| --- | ---: |"]
    lines += [f"| `{step}` | {seconds:.1f} |" for step, seconds in best.items()]
    return "\n".join([*lines, f"| **together** | **{sum(best.values()):.1f}** |"])


def _main(folder: Path, swift: Swift) -> Path:
    """Run the pipeline as shipped, push it, and add a branch that changes a document."""
    (folder / "author").mkdir()
    author = commit_all(copy_project(folder / "author"))
    retrace = (sys.executable, "-m", "retrace")
    author.run(*retrace, "remote", f"s3://{BUCKET}/x", "--endpoint-url", swift.url, **swift.keys())
    author.run(*retrace, "repro")
    author.run("git", "add", "--all")
    author.run("git", "commit", "-qm", "A run")
    author.run(*retrace, "push", **swift.keys())
    author.run("git", "checkout", "-qb", "words")
    (author / "README.md").write_text("# Other words\n")
    author.run("git", "commit", "-qam", "Other words")
    author.run("git", "clone", "-q", "--bare", ".", str(folder / "origin.git"))
    return folder / "origin.git"


def _job(folder: Path, bare: Path, swift: Swift) -> dict[str, float]:
    folder.mkdir()
    clone = Project(folder / "clone")
    subprocess.run(["git", "clone", "-qb", "words", str(bare), str(clone.folder)], check=True)
    # The environment that measures is ready: installing is not part of it.
    (clone / ".retrace").mkdir()
    (clone / ".retrace/ready").touch()
    own = {"MAKEFLAGS": "READY=.retrace/ready", "VIRTUAL_ENV": sys.prefix}
    job = Job("cml", "cml", vars={"DOCTOR": "--seconds=10"}, secrets=swift.keys())
    said = job.run(clone, folder, **(environment(clone) | own))
    assert "Running stage" not in said["make repro"]
    return job.seconds


if __name__ == "__main__":
    print(measure())
