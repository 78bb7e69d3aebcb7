import json

import pytest

from made_runs import labelled, md5
from retrace.tools.repository.data_differences import data_differences
from retrace.tools.repository.sides import load_side

FOLDER = """\
    - path: data/mine
      md5: {}
      size: {}
      nfiles: {}
"""


def commit(runs, branch, description, files, cached=True):
    """Record a run whose data are a description and a folder, which lies in DVC's cache or does not."""
    if branch != "main":
        runs.git("switch", "-q", "-c", branch, "main")
    runs.write("data/made.yaml", description)
    runs.record(labelled())
    listed = [{"md5": md5(text.encode()), "relpath": name} for name, text in sorted(files.items())]
    contents = [*files.values(), json.dumps(listed)]
    found = f"{md5(contents[-1].encode())}.dir"
    for text in contents if cached else ():
        name = found if text is contents[-1] else md5(text.encode())
        runs.write(f".dvc/cache/files/md5/{name[:2]}/{name[2:]}", text)
    entry = FOLDER.format(found, sum(map(len, files.values())), len(files))
    lock = (runs.folder / "dvc.lock").read_text()
    runs.write(
        "dvc.lock", lock.replace("    - path: data/made.yaml\n", f"{entry}    - path: data/made.yaml\n")
    )
    runs.git("add", "-A")
    runs.git("commit", "-qm", branch)


def said(runs):
    return data_differences(load_side("main"), load_side("other"))


@pytest.fixture
def description():
    return "target: quality\ndrop: [id]\ntitle: Wine"


def test_keys_of_the_description_are_told_before_and_after(runs, description):
    commit(runs, "main", description, {"a.csv": "x\n1\n"})
    commit(runs, "other", "target: score\ndrop: [id]\ngroup: vat\ntitle: Wine", {"a.csv": "x\n1\n"})
    assert said(runs) == ["`data/made.yaml`: `target` quality → score; `group` — → vat"]


def test_columns_and_rows_of_tables_and_files_are_told(runs, description):
    commit(runs, "main", description, {"a.csv": "x,y\n1,2\n3,4\n", "b.png": "1", "c": "1"})
    commit(runs, "other", description, {"a.csv": "x,z\n1,2\n", "b.png": "2", "d": "1"})
    assert said(runs) == [
        "`data/mine`: new: `d`; gone: `c`; `a.csv` new column `z`, gone column `y`, 2 → 1 rows;"
        " `b.png` has other contents"
    ]


def test_without_the_contents_the_sizes_are_told(runs, description):
    commit(runs, "main", description, {"a.csv": "x\n1\n"}, cached=False)
    commit(runs, "other", description, {"a.csv": "x\n1\n2\n", "b": ""}, cached=False)
    assert said(runs) == ["`data/mine`: 1 files, 4 bytes → 2 files, 6 bytes"]


def test_many_keys_are_counted(runs, description):
    commit(runs, "main", description, {"a": ""})
    commit(runs, "other", "\n".join(f"k{n}: {n}" for n in range(9)), {"a": ""})
    assert said(runs)[0].endswith("; 6 keys more")


def test_a_description_that_is_none_is_other_contents(runs, description):
    commit(runs, "main", description, {"a": ""})
    commit(runs, "other", "[: not YAML", {"a": ""})
    assert said(runs) == ["`data/made.yaml`: other contents"]
