from dataclasses import replace

import pytest

from retrace.core.records import Column
from retrace.reporting.columns import column_section

COLUMNS = (
    Column(name="age", role="feature", kind="number", gaps=1, distinct=60),
    Column(name="site", role="feature", kind="category", gaps=0, distinct=3, note="twins"),
    Column(name="label", role="target", kind="text", gaps=0, distinct=2),
)


def test_the_summary_counts_kinds_of_features_and_odd_columns_come_first(make_dataset):
    section = column_section(make_dataset(columns=COLUMNS))
    assert section["summary"] == "2 features: 1 number, 1 category"
    assert [row["name"] for row in section["rows"]] == ["site", "age", "label"]


@pytest.mark.parametrize(("n_columns", "not_shown"), [(100, 0), (20_000, 19_900)])
def test_a_wide_table_is_cut(make_dataset, n_columns, not_shown):
    wide = tuple(replace(COLUMNS[0], name=f"x{i}") for i in range(n_columns))
    section = column_section(make_dataset(columns=wide))
    assert (len(section["rows"]), section["not_shown"]) == (100, not_shown)
