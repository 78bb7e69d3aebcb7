"""Texts through all five stages, twice, under different hash seeds: the same bytes."""

import json
import os
import re
import shutil
import sys

import numpy as np
import pytest

from project import ROOT, copy_project
from retrace.core.artifacts import file_md5

pytestmark = pytest.mark.slow

# Where this process has one of its own, those that it forks have that too.
ANOTHER_SEED = "0" if os.environ.get("PYTHONHASHSEED") == "4242" else "4242"

TOPICS = {
    "cooking": "pan oil salt heat bake",
    "sailing": "wind mast sail heel tack",
    "chess": "rook file mate",
}


def made_up_posts():
    generator = np.random.default_rng(0)
    for topic, words in TOPICS.items():
        for number in range(40):
            said = " ".join(generator.choice([*words.split(), "and", "the", "with", "again"], 12))
            part = "test" if number % 4 == 0 else "train"
            yield f"{part}/{topic}/{number}.txt", f"From: x{number}\n\n{said}\n--\nsigned {topic}"


# The stages that hold words: a process of its own has another order of words in a set.
IN_ONE_PROCESS = """
import runpy
for stage in ("preprocess", "split", "train"):
    runpy.run_path(f"src/{stage}.py", run_name="__main__")
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The same texts twice: in processes that share an order of words, and in one of its own."""
    projects = [copy_project(tmp_path_factory.mktemp("texts")) for _ in range(2)]
    for project in projects:
        project.add_texts("posts", dict(made_up_posts()))
        project.set(
            model="linear_svm",
            split__method="fixed",
            preprocess__text__remove=["headers", "footers"],
            features__text__char_ngrams=[2, 3],
            report__resamples=100,
        )
        project.stage("read_data")
    first, second = projects
    for stage in ("preprocess", "split", "train"):
        first.stage(stage)
    second.run(sys.executable, "-c", IN_ONE_PROCESS, PYTHONHASHSEED=ANOTHER_SEED)
    # It says what else was loaded, and the report shows it.
    shutil.copy(first / "cache/environment.json", second / "cache")
    for project in projects:
        project.stage("report")
    return projects


def test_two_runs_from_nothing_give_the_same_bytes(runs):
    first, second = (
        {
            path.relative_to(project.folder): file_md5(path)
            for top in ("cache", "report", "metrics.json")
            for path in [project / top, *(project / top).rglob("*")]
            if path.is_file()
        }
        for project in runs
    )
    assert len(first) > 10
    assert first == second


def test_texts_are_learned_and_their_parts_kept(runs):
    metrics = json.loads(runs[0].read("metrics.json"))
    assert metrics["test"]["n"] == 30
    assert metrics["test"]["accuracy"] > 0.9


def test_a_signature_that_gives_the_class_away_is_gone(runs):
    assert b"signed" in runs[0].read("cache/raw.pkl")
    assert b"signed" not in runs[0].read("cache/clean.pkl")


@pytest.mark.long
def test_newsgroups_is_brought_in_as_the_documentation_says(repository, newsgroups_archive):
    page = (ROOT / "docs/your-own-data.md").read_text().split("## 20 Newsgroups")[1]
    description = re.search(r"```yaml\n(.*?)```", page, flags=re.DOTALL).group(1)
    (repository / "data/posts.yaml").write_text(description)
    (repository / "data/posts").mkdir()
    shutil.copy(newsgroups_archive, repository / "data/posts")
    repository.dvc("add", "data/posts")
    # Single words and stochastic gradient descent, to be quick: `make bench` measures what ships.
    quick = ["model=sgd", "features.text.word_ngrams=[1,1]"]
    options = [f"-S{option}" for option in ["data=posts", "split.method=fixed", *quick]]
    repository.dvc("exp", "run", *options)
    metrics = json.loads(repository.read("metrics.json"))
    assert metrics["test"]["n"] == 7532
    assert metrics["test"]["accuracy"] > 0.83
