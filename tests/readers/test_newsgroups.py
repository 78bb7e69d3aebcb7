import hashlib
import io
import tarfile

import pytest
from ruamel.yaml import YAML

from project import ROOT
from retrace.core.checked_yaml import load_yaml
from retrace.core.errors import DataError, ParamsError
from retrace.readers import describe, read
from retrace.readers.shared import download

POSTS = {
    "./20news-bydate-test/sci.space/2": b"newer \xe9",
    "./20news-bydate-train/alt.atheism/1": b"older",
    "./20news-bydate-train/sci.space/1": b"orbit",
}


@pytest.fixture
def bring(tmp_path):
    def bring(archive=None, **description):
        (tmp_path / "news").mkdir()
        if archive is not None:
            (tmp_path / "news/posts.tar.gz").write_bytes(archive)
        common = {"title": "News", "task": "classification", "kind": "text", "licence": "none"}
        keys = common | {"reader": "newsgroups", "file": "posts.tar.gz"} | description
        with (tmp_path / "news.yaml").open("w") as out:
            YAML().dump(keys, out)
        return read("news", tmp_path)

    return bring


def packed(posts, links=()):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in posts.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for name in links:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(member)
    return buffer.getvalue()


@pytest.mark.parametrize("prefix", ["./20news-bydate-", "", "deeper/"])
def test_each_packing_of_the_archive_gives_the_same_rows(bring, prefix):
    renamed = {name.replace("./20news-bydate-", prefix): post for name, post in POSTS.items()}
    found = bring(packed(renamed))
    assert found.ids.tolist() == ["test/sci.space/2", "train/alt.atheism/1", "train/sci.space/1"]
    assert found.X.tolist() == ["newer é", "older", "orbit"]
    assert found.fixed_part.tolist() == ["test", "train", "train"]
    assert found.classes == ("alt.atheism", "sci.space")
    assert found.notes == ("1 of 3 files are not UTF-8 and were read as latin-1.",)


def test_a_hash_that_is_declared_is_checked_and_the_users_file_left_alone(bring, tmp_path):
    archive = packed(POSTS)
    with pytest.raises(
        DataError, match=f"has the SHA-256 {hashlib.sha256(archive).hexdigest()}, should"
    ):
        bring(archive, sha256="0" * 64)
    assert (tmp_path / "news/posts.tar.gz").read_bytes() == archive


@pytest.mark.parametrize("damage", [lambda a: a[: len(a) // 2], lambda a: b"not a tar", lambda a: b""])
def test_a_damaged_archive_is_refused(bring, damage):
    with pytest.raises(DataError, match=r"posts.tar.gz is not a whole tar archive .*: fetch it again"):
        bring(damage(packed(POSTS | {"train/a/long": bytes(range(256)) * 400})))


@pytest.mark.parametrize("name", ["1", "train/1", "../../etc/passwd", "more/a/1"])
def test_another_layout_is_refused(bring, name):
    with pytest.raises(DataError, match=r"holds '.*', should hold files in train/<class>/ and test/"):
        bring(packed(POSTS | {name: b"x"}))


def test_a_link_in_the_archive_is_refused(bring):
    with pytest.raises(DataError, match="holds 'train/a/1', should hold files"):
        bring(packed(POSTS, links=["train/a/1"]))


def test_hidden_files_in_the_archive_are_passed_over(bring):
    assert len(bring(packed(POSTS | {"train/a/._1": b"", "__MACOSX/a/b/1": b""}))) == 3


def test_a_file_from_the_network_needs_a_hash(bring):
    with pytest.raises(
        ParamsError, match="`url` needs `sha256`: what comes from the network is checked"
    ):
        bring(url="http://localhost/posts.tar.gz")


def test_without_file_and_url_it_says_what_to_do(bring):
    with pytest.raises(DataError, match="is not here: put the archive there and run `dvc add"):
        bring()


def test_the_file_must_lie_in_the_folder(bring):
    with pytest.raises(ParamsError, match=r"file: got '\.\./posts"):
        bring(file="../posts.tar.gz")


def test_an_archive_that_was_downloaded_before_needs_no_network(bring, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    archive = packed(POSTS)
    sha256 = hashlib.sha256(archive).hexdigest()
    cached = download.cached(sha256, "posts.tar.gz")
    cached.parent.mkdir(parents=True)
    cached.write_bytes(archive)
    assert len(bring(url="http://localhost:9/posts", sha256=sha256)) == 3


def test_the_shipped_description_pins_the_archive_that_scikit_learn_pins():
    if not (ROOT / "data/newsgroups.yaml").is_file():
        pytest.skip("this clone has taken the examples out")
    from sklearn.datasets._twenty_newsgroups import ARCHIVE

    description = load_yaml(ROOT / "data/newsgroups.yaml")
    assert (description["url"], description["sha256"]) == (ARCHIVE.url, ARCHIVE.checksum)
    assert describe("newsgroups", ROOT / "data").kind == "text"


@pytest.mark.slow
def test_the_real_archive_has_all_its_posts(bring, newsgroups_archive):
    found = bring(newsgroups_archive.read_bytes())
    assert (len(found), len(found.classes), (found.fixed_part == "test").sum()) == (18846, 20, 7532)
    assert found.notes == ("73 of 18846 files are not UTF-8 and were read as latin-1.",)
