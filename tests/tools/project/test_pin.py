import hashlib
import subprocess

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.project import pin
from retrace.tools.project.template import PIN

COMMIT = "a" * 40


def pinned(files):
    return files[PIN].decode().splitlines()[-1]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ({}, "retrace-ml==1.2.3"),
        (
            {"url": "https://me:key@example.org/r.git", "vcs_info": {"vcs": "git", "commit_id": COMMIT}},
            f"retrace-ml @ git+https://example.org/r.git@{COMMIT}",
        ),
    ],
)
def test_a_package_is_pinned_by_where_it_came_from(source, line):
    assert pinned(pin._of_package("1.2.3", source)) == line


def test_a_wheel_is_kept_in_the_project_and_pinned_by_its_hash(tmp_path):
    wheel = tmp_path / "retrace_ml-1.2.3-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    files = pin._of_package("1.2.3", {"url": wheel.as_uri(), "archive_info": {}})
    assert files[f"wheels/{wheel.name}"] == b"wheel"
    assert pinned(files) == f"./wheels/{wheel.name} --hash=sha256:{hashlib.sha256(b'wheel').hexdigest()}"
    wheel.unlink()
    with pytest.raises(RetraceError, match=r"was installed from .* which is no wheel or is gone"):
        pin._of_package("1.2.3", {"url": wheel.as_uri(), "archive_info": {}})


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout of one commit; what is built of it is its label."""

    def run(*arguments):
        done = subprocess.run(
            ["git", *arguments], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def build(checkout, names, label, folder):
        (folder / f"{label}.whl").write_text(label)
        return folder / f"{label}.whl"

    monkeypatch.setattr(pin, "build_wheel", build)
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    run("init", "-q", "-b", "main")
    run("add", ".")
    run("commit", "-q", "-m", "start")
    return tmp_path, run


@pytest.mark.parametrize(
    ("origin", "address"),
    [
        ("https://me:key@example.org/r.git", "https://example.org/r.git"),
        ("git@example.org:group/r.git", "ssh://git@example.org/group/r.git"),
    ],
)
def test_a_checkout_whose_commit_is_published_is_pinned_by_it(checkout, origin, address):
    folder, run = checkout
    run("remote", "add", "origin", origin)
    run("update-ref", "refs/remotes/origin/main", "HEAD")
    version, files = pin._of_checkout(folder)
    assert (version, pinned(files)) == (
        "1.2.3",
        f"retrace-ml @ git+{address}@{run('rev-parse', 'HEAD')}",
    )


@pytest.mark.parametrize("state", ["not pushed", "changed", "a folder"])
def test_any_other_checkout_is_kept_as_a_wheel(checkout, state):
    folder, run = checkout
    run("remote", "add", "origin", "/srv/r.git" if state == "a folder" else "https://example.org/r.git")
    if state != "not pushed":
        run("update-ref", "refs/remotes/origin/main", "HEAD")
    if state == "changed":
        (folder / "pyproject.toml").write_text('[project]\nversion = "1.2.4"\n')
    version, files = pin._of_checkout(folder)
    label = f"g{run('rev-parse', 'HEAD')[:8]}{'.changed' if state == 'changed' else ''}"
    assert version.endswith(f"+{label}")
    assert pinned(files).startswith(f"./wheels/{label}.whl --hash=sha256:")
