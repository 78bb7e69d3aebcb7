import json

import pytest
from dvc.repo import Repo

from retrace.core.errors import DataError
from retrace.readers import read
from retrace.readers.shared.links import refuse_a_link_out

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of DVC's libraries

COMMON = {"title": "x", "task": "classification", "licence": "none"}
TABLE = COMMON | {"kind": "tabular", "reader": "table", "file": "t.csv", "target": "label"}
TEXTS = COMMON | {"kind": "text", "reader": "text_folder"}


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository of DVC whose data are links into its cache, which is itself behind a link."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "store").symlink_to(tmp_path / "disk")
    (tmp_path / "here/data").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    with Repo.init(no_scm=True) as repo, repo.config.edit("repo") as config:
        config["cache"] |= {"type": ["symlink"], "dir": str(tmp_path / "store")}
    return tmp_path / "here"


def add(folder, description, **files):
    """Put a dataset under DVC; JSON is YAML too."""
    for name, text in files.items():
        path = folder / "data/mine" / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "data/mine.yaml").write_text(json.dumps(description))
    with Repo(str(folder)) as repo:
        repo.add(["data/mine"])


def test_a_table_may_be_a_link_into_dvcs_cache(repository):
    add(repository, TABLE, t_csv="label,x\na,1\nb,2\n")
    assert (repository / "data/mine/t.csv").is_symlink()
    assert len(read("mine").y) == 2


def test_files_of_classes_may_be_links_into_dvcs_cache(repository):
    add(repository, TEXTS, a__1="one", b__1="two")
    assert (repository / "data/mine/a/1").is_symlink()
    assert read("mine").classes == ("a", "b")


@pytest.mark.parametrize("place", ["secret", "files/md5/ab/cdef", "disk-of-another/files/md5/ab/cdef"])
def test_a_link_to_elsewhere_is_refused_whatever_the_place_is_called(repository, place):
    target = repository.parent / place
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch()
    (repository / "data/mine").mkdir()
    (repository / "data/mine/t.csv").symlink_to(target)
    with pytest.raises(DataError, match=r"t.csv is a link out of data/mine, to .*: DVC would not see"):
        refuse_a_link_out(
            repository / "data/mine/t.csv", (repository / "data/mine").relative_to(repository)
        )


def test_a_file_in_a_linked_folder_is_refused(repository):
    (repository / "elsewhere").mkdir()
    (repository / "data/mine").mkdir()
    (repository / "data/mine/more").symlink_to(repository / "elsewhere")
    with pytest.raises(DataError, match=r"more/t.csv is a link out of"):
        refuse_a_link_out(repository / "data/mine/more/t.csv", repository / "data/mine")


def test_without_dvc_a_link_out_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/t.csv").symlink_to("/etc/hostname")
    with pytest.raises(DataError, match="copy the file into the folder"):
        refuse_a_link_out(tmp_path / "mine/t.csv", tmp_path / "mine")
