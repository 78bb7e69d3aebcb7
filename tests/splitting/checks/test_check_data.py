"""The checks of the data on real datasets, and as the stages run them."""

import dataclasses
import json

import numpy as np
import pytest

from retrace.readers import read
from retrace.splitting.checks import check_data
from retrace.splitting.methods import split_rows


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wine", "diabetes", "digits"])
def test_random_parts_of_real_data_give_no_warning(name, examples, params):
    dataset = read(name, examples)
    runs = [
        check_data(dataset, split_rows(dataset, dataclasses.replace(params.split, seed=seed)), seed)
        for seed in range(5)
    ]
    assert all(run.warnings == () for run in runs)
    assert all(len(run.checked) == 3 for run in runs)


def test_groups_that_differ_are_no_warning_of_their_own(make_dataset):
    """Each group of ten rows has a mean of its own: as rows, any two parts would differ."""
    generator = np.random.default_rng(0)
    groups = np.arange(1_000) // 10
    dataset = make_dataset(n=1_000, groups=groups)
    dataset.X["noise"] = generator.normal(size=100)[groups] + generator.normal(scale=0.01, size=1_000)
    parts = {"train": np.arange(600), "validation": np.arange(600, 800), "test": np.arange(800, 1_000)}
    assert check_data(dataset, parts, seed=0).warnings == ()
    alone = dataclasses.replace(dataset, groups=None)
    assert "noise" in check_data(alone, parts, seed=0).warnings[0]


def test_the_time_that_is_declared_is_no_leak_of_what_changes_slowly(make_dataset):
    walk = np.random.default_rng(0).normal(size=2_000).cumsum()
    dataset = make_dataset(n=2_000, task="regression", y=walk, classes=(), times=np.arange(2_000))
    dataset.X["day"] = np.arange(2_000) * 1.0
    parts = {
        "train": np.arange(1_600),
        "validation": np.arange(1_600, 1_800),
        "test": np.arange(1_800, 2_000),
    }
    leak = "alone predicts the target"
    assert not any(leak in warning for warning in check_data(dataset, parts, seed=0).warnings)
    undeclared = check_data(dataclasses.replace(dataset, times=None), parts, seed=0)
    assert leak in undeclared.warnings[0]


def test_checking_changes_nothing(make_dataset):
    dataset = make_dataset(n=300)
    before = dataset.X.copy()
    parts = {"train": np.arange(200), "validation": np.arange(200, 250), "test": np.arange(250, 300)}
    assert check_data(dataset, parts, seed=0) == check_data(dataset, parts, seed=0)
    assert dataset.X.equals(before)


@pytest.mark.slow
def test_the_split_stage_warns_and_writes_it_down(project):
    label = ["a", "b"] * 60
    project.add_table(
        "mine", {"label": label, "outcome": label, "when": range(120), "wear": range(120)}, time="when"
    )
    project.set(split__method="time")
    for stage in ("read_data", "preprocess"):
        project.stage(stage)
    printed = project.stage("split").stderr.splitlines()
    assert printed[0].startswith("warning: outcome (1.000) alone predicts the target")
    assert printed[1].startswith("warning: The validation part differs from the training part in wear")
    written = json.loads(project.read("cache/data_checks.json"))
    assert [f"warning: {warning}" for warning in written["warnings"]] == printed
