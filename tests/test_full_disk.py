"""A disk that is full: one clear line, and the run before stays as it was."""

import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def small_disk():
    """Run a command with a folder on a disk with little room, gone as soon as the command is."""
    namespace = ["unshare", "--mount", "sh", "-e"]
    tried = subprocess.run(
        [*namespace, "-c", "mount -t tmpfs tmpfs /tmp"], capture_output=True, check=False
    )
    if tried.returncode:
        pytest.skip(f"this user may not mount a small disk: {tried.stderr.decode().strip()}")

    def run(project, folder, *command, room):
        used = project / folder
        kept = used.with_name(f"{used.name}-kept")
        after = used.with_name(f"{used.name}-after")
        shutil.copytree(used, kept, symlinks=True)
        after.mkdir()
        pages = sum(-(-path.stat().st_size // 4096) for path in used.rglob("*") if path.is_file())
        script = f"""
            mount -t tmpfs -o size={4 * pages + room}k tmpfs {used}
            cp -a {kept}/. {used}
            code=0; "$@" || code=$?
            cp -a {used}/. {after}
            exit $code
        """
        done = project.run(*namespace, "-c", script, "sh", *command, check=False)
        shutil.rmtree(used)
        after.rename(used)
        return done

    return run


@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs is Linux's")
@pytest.mark.parametrize("folder", [pytest.param("cache", marks=pytest.mark.long), ".dvc"])
def test_a_full_disk_leaves_the_run_before_as_it_was(reproduced, tmp_path, small_disk, folder):
    project = reproduced.copy_to(tmp_path / "copy")
    outputs = ["dvc.lock", "metrics.json", "report/report.md", "report/index.html"]
    outputs += [f"cache/{file.name}" for file in (project / "cache").iterdir()]
    before = {path: project.read(path) for path in outputs}
    project.set(data="digits")  # its 158 KB do not fit
    run = small_disk(project, folder, sys.executable, "-m", "retrace", "repro", room=60)
    assert run.returncode == 1
    assert "No space left on device" in run.stderr
    assert "Traceback" not in run.stderr
    assert {path: project.read(path) for path in outputs} == before


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs is Linux's")
def test_a_checkpoint_that_does_not_fit_stops_the_training_in_one_line(project, small_disk):
    project.set(data="digits", model="cnn")
    for stage in ("read_data", "preprocess", "split"):
        project.stage(stage)
    (project / ".retrace").mkdir()
    run = small_disk(project, ".retrace", sys.executable, "src/train.py", room=100)
    assert run.returncode == 1
    assert run.stderr.startswith("error: .retrace/checkpoints/")
    assert "No space left on device" in run.stderr
    assert not (project / "cache/model.joblib").exists()
