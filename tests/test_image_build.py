"""The image as it is really built, without an engine: on Debian's debootstrap, by buildah, as root."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from project import ROOT

BASE = "localhost/base"

# Of pip's settings, those that a pip in the image needs to find the same packages.
SETTINGS = ("cert", "index-url", "extra-index-url", "find-links")


def missing():
    """Say what keeps this machine from a build; nothing where it can."""
    if os.geteuid() != 0:
        return "only root can build without an engine"
    lacking = [name for name in ("buildah", "debootstrap") if shutil.which(name) is None]
    return f"not installed: {', '.join(lacking)} (Debian: apt install)" if lacking else ""


pytestmark = [pytest.mark.long, pytest.mark.skipif(missing() != "", reason=missing() or "it can")]


@pytest.fixture
def run(tmp_path):
    """Run a command with images in a folder that goes away with the test."""
    stored = tmp_path / "storage.conf"
    stored.write_text(
        f'[storage]\ndriver = "overlay"\nrunroot = "{tmp_path}/run"\ngraphroot = "{tmp_path}/images"\n'
    )
    own = {"BUILDAH_ISOLATION": "chroot", "CONTAINERS_STORAGE_CONF": str(stored)}
    own["IMAGE"] = "localhost/retrace-test:pipeline"

    def call(*command):
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | own, capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.fail(f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done.stdout

    yield call
    for folder in ("images", "run", "base"):
        shutil.rmtree(tmp_path / folder, ignore_errors=True)


@pytest.fixture
def base(run, tmp_path):
    """Make a base that has Python: no registry of images is asked."""
    folder = tmp_path / "base"
    packages = "--include=ca-certificates,python3,python3-venv"
    run("debootstrap", "--variant=minbase", packages, "bookworm", str(folder))
    container = run("buildah", "from", "scratch").strip()
    run("buildah", "add", "--quiet", container, str(folder), "/")
    run("buildah", "commit", "--quiet", "--rm", container, BASE)
    return BASE


def as_here(run, folder):
    """Return options by which the pip of a build asks those whom this machine's asks."""
    listed = run("python", "-m", "pip", "config", "list")
    found = dict(re.findall(r"^\S*?([\w-]+)='(.*)'$", listed, re.MULTILINE))
    # An index that is a folder has links out of it.
    chosen = {name: found[name] for name in SETTINGS if name in found and "file://" not in found[name]}
    lines = [f"{name} = {value}" for name, value in chosen.items()]
    (folder / "pip.conf").write_text("\n".join(["[global]", *lines, ""]))
    mounts = {"/etc/pip.conf": folder / "pip.conf"} | {
        path: path
        for value in chosen.values()
        for path in value.split()
        if path.startswith("/") and Path(path).exists()
    }
    options = [word for inside, path in mounts.items() for word in ("--volume", f"{path}:{inside}:ro")]
    # A folder of wheels has the build of torch that is right here.
    return [*options, "--build-arg", "TORCH_INDEX="] if "find-links" in chosen else options


def test_the_image_is_built_and_makes_the_same_bytes_as_no_root_and_names_itself(run, base, tmp_path):
    run(".ci/image", "build", "--build-arg", f"BASE={base}", *as_here(run, tmp_path))
    digest = run(".ci/image", "digest").strip()
    assert re.fullmatch(r"localhost/retrace-test:pipeline@sha256:[0-9a-f]{64}", digest)
    said = run(".ci/image", "same")
    assert f", image {digest}\n" in said
    assert said.endswith("changed nothing, and every file is the user's\n")
