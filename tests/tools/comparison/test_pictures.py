import base64
import io
import pickle
import re

import numpy as np
from PIL import Image
from typer.testing import CliRunner

from made_runs import labelled, md5
from retrace.tools.cli import cli
from retrace.tools.comparison.pictures import row_pictures
from retrace.tools.repository.sides import load_side
from retrace.tools.significance.runs import compare_runs


def with_test_part(runs, report, content):
    """Give the base a test part, and the workspace the same."""
    found = md5(content)
    entry = f"{{path: cache/test.pkl, md5: '{found}'}}"
    runs.write("dvc.lock", f"stages: {{split: {{cmd: x, outs: [{entry}]}}}}")
    runs.write(f".dvc/cache/files/md5/{found[:2]}/{found[2:]}", content)
    report.base.lock.stages["split"] = {"outs": [{"path": "cache/test.pkl", "md5": found}]}
    return report


def test_a_test_part_of_a_strangers_branch_is_not_unpickled(runs, make_dataset):
    images = np.zeros((20, 8, 8, 1), np.uint8)
    dataset = make_dataset(n=20, kind="image", X=images, row_hash=np.arange(20, dtype=np.uint64))
    report = with_test_part(runs, compared(runs), pickle.dumps(dataset))
    assert row_pictures(report)
    runs.git("checkout", "-q", "dvc.lock")
    assert row_pictures(report) == {}


def compared(runs):
    runs.commit(labelled(n=20, right=0.5))
    runs.commit(labelled(n=20, right=0.9, seed=1), branch="other")
    return compare_runs(load_side("main"), load_side("other"))


def test_rows_are_found_by_their_hash_and_drawn_from_black_to_white(runs, make_dataset):
    images = np.zeros((20, 8, 8, 1), np.uint8)
    images[:, 0, 0] = np.arange(20)[:, np.newaxis]
    order = np.arange(20)[::-1]
    dataset = make_dataset(n=20, kind="image", X=images, row_hash=np.arange(20, dtype=np.uint64)).take(
        order
    )
    report = with_test_part(runs, compared(runs), pickle.dumps(dataset))
    found = row_pictures(report)
    rows = [row.position for row in report.differs.lost + report.differs.gained]
    assert sorted(found) == sorted(rows)
    for row in rows:
        drawn = Image.open(io.BytesIO(base64.b64decode(found[row].split(",")[1])))
        assert drawn.getpixel((0, 0)) == int(row * 255 / 19)


def test_other_kinds_of_data_and_broken_files_have_no_pictures(runs, make_dataset):
    report = compared(runs)
    assert row_pictures(report) == {}
    table = make_dataset(n=20, row_hash=np.arange(20, dtype=np.uint64))
    assert row_pictures(with_test_part(runs, report, pickle.dumps(table))) == {}
    assert row_pictures(with_test_part(runs, report, b"no pickle")) == {}


def test_the_page_shows_the_rows_that_changed(runs, make_dataset):
    rows = np.arange(200)
    images = np.broadcast_to(
        rows.astype(np.uint8)[:, np.newaxis, np.newaxis, np.newaxis], (200, 8, 8, 1)
    )
    dataset = make_dataset(n=200, kind="image", X=images, row_hash=rows.astype(np.uint64))
    content = pickle.dumps(dataset)
    found = md5(content)
    runs.write(f".dvc/cache/files/md5/{found[:2]}/{found[2:]}", content)
    runs.commit(labelled(right=0.5))
    with (runs.folder / "dvc.lock").open("a") as lock:
        lock.write(f"  split: {{cmd: x, outs: [{{path: cache/test.pkl, md5: '{found}'}}]}}\n")
    runs.git("commit", "-q", "-a", "-m", "a test part")
    runs.commit(labelled(right=0.9, seed=1), branch="other")
    CliRunner().invoke(cli, ["compare", "main", "other", "--html", "compare.html"])
    page = (runs.folder / "compare.html").read_text()
    assert page.count('src="data:image/png;base64,') > 20
    assert not re.search(r'(src|href)="(?!data:)', page)
