import pytest

from retrace.core.checked_yaml import checked
from retrace.core.errors import ParamsError
from retrace.readers.shared.cells import Marks
from retrace.readers.shared.table_description import Description

COMMON = {"title": "t", "task": "classification", "kind": "tabular", "reader": "table"}


def described(**keys):
    return checked(Description, COMMON | {"file": "t.csv", "target": "y"} | keys, "data/t.yaml")


@pytest.mark.parametrize("written", ["\t", "\\t"])
def test_a_tab_is_one_in_whatever_quotes_it_stands(written):
    assert described(separator=written).separator == "\t"


def test_how_numbers_are_written_is_one_value():
    assert described(decimal=",", thousands=".").marks == Marks(",", ".")


def test_columns_that_are_texts_are_taken_as_they_are_written():
    rules = {" zip ": "category", "size": {"kind": "ordered", "order": ["S", "M"]}, "age": "number"}
    assert described(columns=rules).texts == {"zip", "size"}


@pytest.mark.parametrize("key", [{"escape": "ab"}, {"quote": "ab"}, {"separator": ""}])
def test_marks_of_more_signs_than_one_are_refused(key):
    with pytest.raises(ParamsError, match=f"data/t.yaml: {next(iter(key))}: got"):
        described(**key)
