"""20 Newsgroups by date: the whole pipeline against a bare script, on raw and on stripped posts.

    python benchmarks/newsgroups.py [ARCHIVE]

ARCHIVE is a copy of 20news-bydate.tar.gz; without it the one that data/newsgroups.yaml names is used,
and downloaded if it has to be: that is not timed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from retrace.core.errors import RetraceError
from retrace.readers import describe
from retrace.readers.newsgroups import find_archive
from retrace.tools.repository.dvc import run_dvc
from retrace.tools.repository.overrides import edit_params
from retrace.tools.running.reruns import copy_workspace

REPEATS = 2

# Where a copy may lie beside the repository.
BESIDE = Path("../shared/data/newsgroups.tar.gz")

BARE = """
import sys, tarfile
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC
texts, labels = {"train": [], "test": []}, {"train": [], "test": []}
with tarfile.open(sys.argv[1]) as archive:
    for member in archive:
        if member.isfile():
            folder, label, _ = member.name.split("/")[-3:]
            part = folder.split("-")[-1]
            texts[part].append(archive.extractfile(member).read().decode("latin-1"))
            labels[part].append(label)
if sys.argv[2] == "stripped":
    from sklearn.datasets import _twenty_newsgroups as loader
    for one in ("header", "footer", "quoting"):
        strip = getattr(loader, f"strip_newsgroup_{one}")
        texts = {part: [strip(text) for text in found] for part, found in texts.items()}
tfidf = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
model = LinearSVC().fit(tfidf.fit_transform(texts["train"]), labels["train"])
print(np.mean(model.predict(tfidf.transform(texts["test"])) == np.array(labels["test"])))
"""

DESCRIPTION = """\
title: 20 Newsgroups, by date
task: classification
kind: text
reader: newsgroups
file: posts.tar.gz
licence: not stated
"""

STRIP = {"raw": [], "stripped": ["headers", "footers", "quotes"]}


def measure(archive: Path | None = None) -> str:
    """Return a Markdown table: test accuracy and seconds of both, and the ratio."""
    try:
        archive = archive or (BESIDE if BESIDE.is_file() else _downloaded())
    except RetraceError as error:
        return f"Not measured: {error}"
    lines = [
        "| posts | bare script | its accuracy | `dvc repro`, cold | its accuracy | time / bare |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    return "\n".join([*lines, *(_row(posts, archive.absolute()) for posts in STRIP)])


def _row(posts: str, archive: Path) -> str:
    bare, ours = [], []
    for _ in range(REPEATS):  # in turns, so that a noisy moment hits both
        bare.append(_run_bare(posts, archive))
        ours.append(_run_pipeline(posts, archive))
    (bare_time, bare_accuracy), (our_time, our_accuracy) = min(bare), min(ours)
    return (
        f"| {posts} | {bare_time:.1f} s | {bare_accuracy:.4f} | {our_time:.1f} s | {our_accuracy:.4f}"
        f" | {our_time / bare_time:.2f} |"
    )


def _downloaded() -> Path:
    return find_archive(describe("newsgroups"), Path("data/newsgroups"))


def _run_bare(posts: str, archive: Path) -> tuple[float, float]:
    start = time.perf_counter()
    run = subprocess.run(
        [sys.executable, "-c", BARE, archive, posts],
        env=os.environ | {"OMP_NUM_THREADS": "1"},  # as train.threads has it for us
        capture_output=True,
        text=True,
        check=True,
    )
    return time.perf_counter() - start, float(run.stdout)


def _run_pipeline(posts: str, archive: Path) -> tuple[float, float]:
    with tempfile.TemporaryDirectory(prefix="retrace-bench-") as folder:
        copy = copy_workspace(Path(folder) / "copy")
        (copy / "data/posts").mkdir()
        shutil.copy(archive, copy / "data/posts/posts.tar.gz")
        (copy / "data/posts.yaml").write_text(DESCRIPTION)
        remove = {"preprocess.text.remove": STRIP[posts]}
        edit_params({"data": "posts", "model": "linear_svm", "split.method": "fixed"} | remove, copy)
        start = time.perf_counter()
        run = run_dvc("repro", cwd=copy, capture_output=True, env={"PYTHONPATH": str(copy / "src")})
        seconds = time.perf_counter() - start
        if run.returncode:
            sys.exit(run.stderr)
        return seconds, json.loads((copy / "metrics.json").read_text())["test"]["accuracy"]


if __name__ == "__main__":
    print(measure(*map(Path, sys.argv[1:])))
