import numpy as np
import pytest

from retrace.core.checked_yaml import checked
from retrace.core.errors import DataError, ParamsError
from retrace.readers.shared.description import CommonDescription
from retrace.readers.shared.rows import settled

COMMON = {"title": "t", "task": "classification", "kind": "tabular", "reader": "table"}


def settle(dataset, **keys):
    return settled(dataset, checked(CommonDescription, COMMON | keys, "data/made.yaml"))


@pytest.fixture
def dataset(make_dataset):
    """Ten rows: five of a, three of b, one of c, one of d; the second repeats the first."""
    row_hash = np.arange(10, dtype=np.uint64)
    row_hash[1] = row_hash[0]
    y = np.array([0, 0, 0, 0, 0, 1, 1, 1, 2, 3])
    return make_dataset(10, 4, y=y, row_hash=row_hash)


def test_nothing_asked_changes_nothing(dataset):
    assert settle(dataset) == dataset


@pytest.mark.parametrize("duplicates", ["keep", "together"])
def test_what_copies_are_goes_to_the_split(dataset, duplicates):
    found = settle(dataset, duplicates=duplicates)
    assert (len(found), found.duplicates) == (10, duplicates)


def test_the_first_of_copies_is_kept(dataset):
    found = settle(dataset, duplicates="drop")
    assert found.ids.tolist() == [0, *range(2, 10)]
    assert found.notes == ("1 of 10 rows are copies of others and were left out.",)


def test_rare_classes_are_left_out_all_at_once(dataset):
    found = settle(dataset, rare_classes={"fewer_than": 3})
    assert found.classes == ("a", "b")
    assert np.bincount(found.y).tolist() == [5, 3]
    assert found.notes == ("2 rows of 2 classes of fewer than 3 rows (c, d) were left out.",)


def test_rare_classes_become_one(dataset):
    found = settle(dataset, rare_classes={"fewer_than": 4, "merge_into": "other"})
    assert found.classes == ("a", "other")
    assert np.bincount(found.y).tolist() == [5, 5]


def test_rare_classes_may_join_one_that_is_there(dataset):
    found = settle(dataset, rare_classes={"fewer_than": 3, "merge_into": "b"})
    assert found.classes == ("a", "b")
    assert np.bincount(found.y).tolist() == [5, 5]


def test_no_two_classes_left_is_an_error(dataset):
    with pytest.raises(DataError, match="fewer_than: got 4, which leaves 1 classes"):
        settle(dataset, rare_classes={"fewer_than": 4})


def test_the_positive_class_is_the_last(make_dataset):
    dataset = make_dataset(6)
    found = settle(dataset, positive="a")
    assert found.classes == ("b", "a")
    assert found.y.tolist() == [1, 0, 1, 0, 1, 0]
    assert settle(dataset, positive="b").y.tolist() == dataset.y.tolist()


@pytest.mark.parametrize(("n_classes", "message"), [(2, "the classes are a, b"), (3, "there are 3")])
def test_a_positive_class_that_is_none_of_two_is_refused(make_dataset, n_classes, message):
    positive = "x" if n_classes == 2 else "a"
    with pytest.raises(DataError, match=f"data/made.yaml: positive: got '{positive}'.*{message}"):
        settle(make_dataset(6, n_classes), positive=positive)


@pytest.mark.parametrize("key", [{"positive": 1}, {"rare_classes": {"fewer_than": 3}}])
def test_classes_are_of_a_classification(make_dataset, key):
    with pytest.raises(ParamsError, match="go with `task: classification`"):
        settle(make_dataset(6), task="regression", **key)


@pytest.mark.parametrize(("scale", "lowest"), [("log", 0.001), ("log1p", -0.999)])
def test_a_scale_is_noted_and_the_target_keeps_its_unit(make_dataset, scale, lowest):
    y = np.array([lowest, 1.0, 3.0])
    numbers = make_dataset(3, task="regression", y=y, classes=())
    found = settle(numbers, task="regression", target_scale=scale)
    assert (found.target_scale, found.y.tolist()) == (scale, y.tolist())
    assert found.notes[-1].startswith("Models learn the natural logarithm")


@pytest.mark.parametrize(
    ("scale", "lowest", "said"),
    [
        ("log", 0.0, r"2 of 4 targets are 0 or less \(row 1: 0\).*; `log1p` takes 0 as well"),
        ("log1p", -1.0, r"2 of 4 targets are -1 or less \(row 1: -1\), which have no logarithm"),
    ],
)
def test_targets_without_a_logarithm_are_counted(make_dataset, scale, lowest, said):
    numbers = make_dataset(4, task="regression", y=np.array([1.0, lowest, 2.0, lowest]), classes=())
    with pytest.raises(DataError, match=f"target_scale: got '{scale}', but {said}"):
        settle(numbers, task="regression", target_scale=scale)


def test_classes_have_no_scale():
    with pytest.raises(ParamsError, match="`target_scale` goes with `task: regression`"):
        checked(CommonDescription, COMMON | {"target_scale": "log"}, "data/made.yaml")
