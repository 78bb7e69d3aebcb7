"""A disk that is full: one clear line, and the run before stays as it was."""

import shutil
import subprocess
import sys

import pytest

from project import Project

pytestmark = pytest.mark.slow


@pytest.fixture
def small_disk():
    """Put a folder's contents on a disk with a little room left."""
    mounted = []

    def move(folder, room):
        kept = folder.with_name(f"{folder.name}-kept")
        shutil.copytree(folder, kept, symlinks=True)
        pages = sum(-(-path.stat().st_size // 4096) for path in folder.rglob("*") if path.is_file())
        size = f"size={4 * pages + room}k"
        mount = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True, check=False
        )
        if mount.returncode:
            pytest.skip(f"this user may not mount a small disk: {mount.stderr.decode().strip()}")
        mounted.append(folder)
        shutil.copytree(kept, folder, dirs_exist_ok=True, symlinks=True)

    yield move
    for folder in mounted:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs is Linux's")
@pytest.mark.parametrize("folder", ["cache", ".dvc"])
def test_a_full_disk_leaves_the_run_before_as_it_was(reproduced, tmp_path, small_disk, folder):
    shutil.copytree(reproduced.folder, tmp_path / "copy", symlinks=True)
    project = Project(tmp_path / "copy")
    outputs = ["dvc.lock", "metrics.json", "report/report.md", "report/index.html"]
    outputs += [f"cache/{file.name}" for file in (project / "cache").iterdir()]
    before = {path: project.read(path) for path in outputs}
    small_disk(project / folder, room=60)
    project.set(data="digits")  # its 158 KB do not fit
    run = project.run(sys.executable, "-m", "retrace", "repro", check=False)
    assert run.returncode == 1
    assert "No space left on device" in run.stderr
    assert "Traceback" not in run.stderr
    assert {path: project.read(path) for path in outputs} == before


@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs is Linux's")
def test_a_checkpoint_that_does_not_fit_stops_the_training_in_one_line(project, small_disk):
    project.set(data="digits", model="cnn")
    for stage in ("read_data", "preprocess", "split"):
        project.stage(stage)
    (project / ".retrace").mkdir()
    small_disk(project / ".retrace", room=100)
    run = project.stage("train", check=False)
    assert run.returncode == 1
    assert run.stderr.startswith("error: .retrace/checkpoints/")
    assert "No space left on device" in run.stderr
    assert not (project / "cache/model.joblib").exists()
