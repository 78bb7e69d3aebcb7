import numpy as np
import pytest

from made_runs import labelled, valued
from retrace.core.errors import ComparisonError
from retrace.tools.repository.predictions import align, check_classes, read_rows


@pytest.fixture
def read(tmp_path):
    def write_and_read(table, part="test"):
        table.to_csv(tmp_path / "predictions.csv", index=False)
        return read_rows(tmp_path / "predictions.csv", "main", part)

    return write_and_read


def test_classes_become_codes_in_the_order_of_their_columns(read):
    rows = read(labelled(n=4, right=1, classes=("dog", "cat")))
    assert rows.classes == ("dog", "cat")
    assert rows.predictions.y.tolist() == [0, 1, 0, 1]
    assert rows.predictions.probabilities[1].tolist() == [0.1, 0.9]
    assert rows.groups is None


@pytest.mark.parametrize("name", ["a,b", 'say "x"', "two\nlines", "1.0", "NA", "", "ü|<b>`"])
def test_strange_class_names_are_read_as_they_are(read, name):
    rows = read(labelled(n=4, right=1, classes=(name, "other")))
    assert rows.classes == (name, "other")
    assert rows.predictions.predicted.tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(("part", "n_rows"), [("test", 4), ("validation", 2), ("train", 0)])
def test_only_the_part_that_is_asked_for_counts(read, part, n_rows):
    table = labelled(n=6)
    table.loc[:1, "part"] = "validation"
    assert len(read(table, part)) == n_rows


def test_groups_are_numbered(read):
    assert read(labelled(n=4, group=["x", "y", "x", "z"])).groups.tolist() == [0, 1, 0, 2]


def test_a_regression_has_numbers_and_no_classes(read):
    rows = read(valued(n=5))
    assert rows.classes == ()
    np.testing.assert_array_equal(rows.predictions.y, np.linspace(0, 10, 5))
    assert rows.predictions.probabilities.shape == (5, 0)


def test_rows_are_put_into_the_order_of_the_base(read):
    table = labelled(n=50)
    base, other = read(table), read(table.sample(frac=1, random_state=0))
    aligned = align(base, other)
    assert aligned.keys.equals(base.keys)
    np.testing.assert_array_equal(aligned.predictions.predicted, base.predictions.predicted)


def test_duplicates_of_a_row_are_matched_one_to_one(read):
    table = labelled(n=4, id=0, row_hash=["aa", "bb", "aa", "bb"])
    assert len(align(read(table), read(table.iloc[::-1]))) == 4


def test_a_damaged_file_is_an_error_that_names_the_side(tmp_path):
    path = tmp_path / "predictions.csv"
    path.write_text("part,id,group,row_hash,true,predicted,p_a\ntest,1,,aa,a,a,no number\n")
    with pytest.raises(ComparisonError, match="the predictions of `main` cannot be read"):
        read_rows(path, "main")


def test_a_label_without_a_column_is_damage_too(read):
    with pytest.raises(ComparisonError, match=r"cannot be read \(it names a class that has no column\)"):
        read(labelled(n=4).assign(predicted="hen"))


@pytest.mark.parametrize("value", ["nan", "inf"])
def test_a_number_that_is_none_is_damage_too(read, value):
    with pytest.raises(ComparisonError, match=r"cannot be read \(a number is missing or infinite\)"):
        read(labelled(n=4).assign(p_a=value))


def test_a_model_of_other_classes_is_refused_by_their_names(read):
    base, other = read(labelled(n=4)), read(labelled(n=4, classes=("b", "a")))
    with pytest.raises(ComparisonError, match="the classes differ: they have another order"):
        check_classes(base, other)
    with pytest.raises(ComparisonError, match="the classes differ: only `main` has `c`"):
        check_classes(base, read(labelled(n=4, classes=("a", "b", "c"))))
