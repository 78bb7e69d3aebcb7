import errno
import json
import os

import pytest

from retrace.tools.pull_request.posting.untrusted import RESULTS, UntrustedError, read_artifact

LOOK = {
    "rows": "a" * 32,
    "metric": "accuracy",
    "base": "b" * 32,
    "other": "c" * 32,
    "request": "lower-rate",
    "look": 1,
    "level": 0.03,
    "p": 0.5,
    "verdict": "worse",
}


@pytest.fixture
def artifact(tmp_path):
    """An artifact as `retrace comment` leaves it."""
    folder = tmp_path / "artifact"
    files = {
        "comment.md": "**better**\n",
        "dvc.lock": "schema: '2.0'\n",
        "metrics.json": "{}",
        "opened.md": "**worse**\n",
        "look.json": json.dumps(LOOK),
        "report/report.md": "# Report\n",
        "report/index.html": "<html>",
        "report/confusion.csv": "a,b\n",
        "report/figures/loss.svg": "<svg/>",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_a_report_is_read(artifact):
    found = read_artifact(artifact)
    assert (found.comment, found.opened, found.look) == ("**better**\n", "**worse**\n", LOOK)
    assert list(found.results) == list(RESULTS)
    assert found.results["report/report.md"] == b"# Report\n"


def test_without_all_of_them_there_are_no_results(artifact):
    (artifact / "dvc.lock").unlink()
    found = read_artifact(artifact)
    assert (found.comment, found.results) == ("**better**\n", {})


def test_no_artifact_is_an_empty_one(tmp_path):
    assert read_artifact(tmp_path / "nowhere").comment is None


def link(path):
    path.symlink_to("/etc/passwd")


def link_to_a_folder(path):
    path.symlink_to("/etc")


def hard_link(path):
    (path.parents[1] / "secret").write_text("secret")
    os.link(path.parents[1] / "secret", path)


def pipe(path):
    os.mkfifo(path)


@pytest.mark.parametrize("name", ["comment.md", "metrics.json", "report/report.md"])
def test_a_folder_in_place_of_a_file_is_refused(artifact, name):
    (artifact / name).unlink()
    (artifact / name).mkdir()
    with pytest.raises(UntrustedError, match="no plain file"):
        read_artifact(artifact)


def test_a_folder_that_cannot_be_read_is_refused(artifact, monkeypatch):
    def refuse(path):
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(UntrustedError, match=r"cannot be read \(File name too long\)"):
        read_artifact(artifact)


@pytest.mark.parametrize("make", [link, link_to_a_folder, hard_link, pipe])
@pytest.mark.parametrize("name", ["comment.md", "report/evil.csv", "metrics.json"])
def test_what_is_no_plain_file_is_refused(artifact, make, name):
    (artifact / name).unlink(missing_ok=True)
    make(artifact / name)
    with pytest.raises(UntrustedError, match="no plain file"):
        read_artifact(artifact)


def test_a_folder_that_is_a_link_is_refused(artifact, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/x.csv").write_text("x")
    (artifact / "report/more").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UntrustedError, match="no plain file"):
        read_artifact(artifact)


@pytest.mark.parametrize(
    "name",
    [
        "run.sh",
        ".git/config",
        "report/.htaccess",
        "report/x.py",
        "src/retrace/x.md",
        "report/a/b/c/d.csv",
        "report/ä.csv",
        "report/a\nb.csv",
        "report/..\\x.csv",
        os.fsdecode(b"report/\xff.csv"),
    ],
)
def test_an_unknown_name_is_refused(artifact, name):
    (artifact / name).parent.mkdir(parents=True, exist_ok=True)
    (artifact / name).write_text("x")
    with pytest.raises(UntrustedError, match="belongs to no report") as error:
        read_artifact(artifact)
    assert str(error.value).isascii()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"x" * (2**20 + 1)])
@pytest.mark.parametrize("name", ["comment.md", "dvc.lock", "metrics.json"])
def test_a_text_that_cannot_be_one_is_refused(artifact, name, content):
    (artifact / name).write_bytes(content)
    with pytest.raises(UntrustedError, match=f"{name} of the artifact is empty, no UTF-8, or larger"):
        read_artifact(artifact)


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "7",
        '{"test": 7}',
        '{"test": {"accuracy": NaN}}',
        '{"test": {"accuracy": 1e999}}',
        '{"test": {"accuracy": %s}}' % ("9" * 400),
        '{"test": {"accuracy": "1"}}',
        '{"test": {"accuracy": true}}',
        '{"test": {"accuracy": {"deep": 1}}}',
    ],
)
def test_metrics_that_are_no_numbers_are_refused(artifact, content):
    (artifact / "metrics.json").write_text(content)
    with pytest.raises(UntrustedError, match="not one finite number for each metric of each part"):
        read_artifact(artifact)


TWICE = '{"test": {"accuracy": 0.5, "accuracy": 1.0}}'


@pytest.mark.parametrize("content", ["{", "[" * 200_000, TWICE, '{"\\ud800": {}}', "9" * 5000])
def test_metrics_that_are_no_json_are_refused(artifact, content):
    (artifact / "metrics.json").write_text(content)
    with pytest.raises(UntrustedError, match="no JSON"):
        read_artifact(artifact)


def test_one_huge_file_is_refused(artifact):
    with (artifact / "report/big.csv").open("wb") as file:
        file.truncate(21 * 2**20)
    with pytest.raises(UntrustedError, match=r"too large, at 'report/big.csv'"):
        read_artifact(artifact)


def test_many_files_that_are_large_together_are_refused(artifact):
    for number in range(6):
        with (artifact / f"report/{number}.csv").open("wb") as file:
            file.truncate(19 * 2**20)
    with pytest.raises(UntrustedError, match="too large"):
        read_artifact(artifact)


def test_too_many_files_and_folders_are_refused(artifact):
    for number in range(600):
        (artifact / f"report/{number}").mkdir()
    with pytest.raises(UntrustedError, match="over 500 entries"):
        read_artifact(artifact)


def test_a_deep_folder_ends_the_count_too(artifact):
    folder = artifact / "report"
    for _ in range(600):
        folder /= "d"
    folder.mkdir(parents=True)
    with pytest.raises(UntrustedError, match="over 500 entries"):
        read_artifact(artifact)


@pytest.mark.parametrize(
    "change",
    [
        {"rows": "A" * 32},
        {"metric": "a b"},
        {"request": "x" * 256},
        {"look": True},
        {"look": 0},
        {"level": 2},
        {"p": "0.5"},
        {"p": float("nan")},
        {"verdict": "superb"},
        {"verdict": ["better"]},
        {"note": "more"},
    ],
    ids=str,
)
def test_a_look_with_anything_else_in_it_is_not_used(artifact, change):
    (artifact / "look.json").write_text(json.dumps(LOOK | change))
    with pytest.raises(UntrustedError, match="is no look at a test part"):
        read_artifact(artifact)


def test_a_look_where_nothing_could_be_told_is_one(artifact):
    (artifact / "look.json").write_text(json.dumps(LOOK | {"p": None, "verdict": "cannot tell"}))
    assert read_artifact(artifact).look["p"] is None
