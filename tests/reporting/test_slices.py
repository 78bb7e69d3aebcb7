import dataclasses

import numpy as np
import pandas as pd
import pytest

from retrace import reporting
from retrace.core.errors import ParamsError
from retrace.reporting.slices import slice_tables, values_of


@pytest.fixture
def sliced(make_results):
    """Results whose report names slices."""

    def make(*names, results=None, **fields):
        results = results or make_results(**fields)
        report = dataclasses.replace(results.params.report, slices=list(names))
        return dataclasses.replace(results, params=dataclasses.replace(results.params, report=report))

    return make


SITES = pd.DataFrame({"site": ["north"] * 60 + ["south"] * 20 + [None] * 10})


def names_of(column):
    return [name for name, _ in values_of(pd.Series(column))]


def test_each_value_has_its_metrics(sliced):
    results = sliced("site", attributes=SITES)
    [table] = slice_tables(results)
    assert table["metrics"] == ["accuracy", "f1_macro"]
    assert [row["value"] for row in table["rows"]] == ["north", "south", "(missing)"]
    right = (results.test.y == results.test.predicted)[:60].mean()
    assert table["rows"][0]["cells"][0].startswith(f"{right:.4f} (0.")


def test_small_slices_are_flagged(sliced):
    [table] = slice_tables(sliced("site", attributes=SITES))
    assert [row["n"] for row in table["rows"]] == ["60", "20 (few)", "10 (few)"]


def test_the_metric_that_counts_comes_first(sliced):
    results = sliced("site", attributes=SITES)
    results = dataclasses.replace(results, params=dataclasses.replace(results.params, metric="log_loss"))
    assert slice_tables(results)[0]["metrics"] == ["log_loss", "accuracy", "f1_macro"]


def test_a_regression_has_slices_too(sliced, regression_results):
    [table] = slice_tables(sliced("noise", results=regression_results))
    assert table["metrics"] == ["mae", "rmse", "r2"]
    assert len(table["rows"]) == 4


def test_groups_are_slices_with_intervals_of_their_rows(sliced):
    groups = np.arange(90) // 30
    [table] = slice_tables(sliced("group", groups=groups))
    assert [row["value"] for row in table["rows"]] == ["0", "1", "2"]
    assert "no estimate" not in table["rows"][0]["cells"][0]


def test_rows_of_a_group_are_no_independent_rows_of_a_slice(sliced):
    site = pd.DataFrame({"site": np.arange(90) // 45})
    alone, grouped = (
        slice_tables(sliced("site", attributes=site, groups=groups))[0]["rows"][0]["cells"][0]
        for groups in (None, np.arange(90) // 15)
    )
    assert alone != grouped


def test_numbers_are_cut_into_quarters_of_equally_many_rows():
    assert names_of([*range(1, 101), np.nan]) == [
        "1 to 25",
        "26 to 50",
        "51 to 75",
        "76 to 100",
        "(missing)",
    ]


def test_few_numbers_are_values():
    assert names_of([1, 2, 3] * 5) == ["1", "2", "3"]


def test_every_row_is_in_one_slice():
    column = pd.Series([*"aabbb", None] * 10 + [str(i) for i in range(40)])
    slices = dict(values_of(column))
    assert list(slices) == ["a", "b", "(40 others)", "(missing)"]
    assert sorted(np.concatenate(list(slices.values()))) == list(range(len(column)))


def test_at_most_twenty_values_are_shown():
    assert len(names_of([str(i) for i in range(30)] * 10)) == 21


def test_an_attribute_may_mix_text_and_numbers():
    assert names_of(pd.Series([1, "1", "a", 2.5] * 5, dtype=object)) == ["1", "2.5", "a"]


def test_an_unknown_column_names_the_nearest_and_how_to_keep_one(sliced):
    results = sliced("signl")
    with pytest.raises(ParamsError, match=r"got 'signl' \(did you mean 'signal'\?\); allowed: signal,"):
        slice_tables(results)
    with pytest.raises(ParamsError, match=r"`attributes: \[signl\]` in data/made.yaml keeps a column"):
        slice_tables(results)


def test_images_without_attributes_have_no_slices(sliced):
    with pytest.raises(ParamsError, match="allowed: nothing, as image data have no columns"):
        slice_tables(sliced("site", kind="image"))


def test_both_pages_show_slices_and_say_that_many_are_many_looks(sliced, undrawn):
    strange = pd.DataFrame({"a|b": ["<x>"] * 45 + ["y"] * 45})
    results = sliced("a|b", attributes=strange)
    text = reporting.report_markdown(results)
    page = reporting.report_html(results, reporting.draw_figures(results))
    for written in (text, page):
        assert "Many slices are many looks" in written
        assert "<x>" not in written
    assert "| a\\|b | rows | accuracy | f1_macro |" in text


def test_infinite_numbers_have_a_line_of_their_own_and_every_row_has_one():
    column = pd.Series([np.inf] * 5 + [-np.inf] + [np.nan] * 2 + list(range(92)), dtype=np.float64)
    found = dict(values_of(column))
    assert len(found.pop("(infinite)")) == 6
    assert len(found.pop("(missing)")) == 2
    assert [len(rows) for rows in found.values()] == [23, 23, 23, 23]
