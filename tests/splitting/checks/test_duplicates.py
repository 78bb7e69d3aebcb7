import numpy as np

from retrace.splitting.checks.duplicates import duplicates_across

PARTS = {"train": np.arange(60), "validation": np.arange(60, 80), "test": np.arange(80, 100)}


def test_rows_that_training_has_seen_are_counted_and_the_first_is_named(make_dataset):
    row_hash = np.arange(100, dtype=np.uint64)
    row_hash[[85, 90]] = row_hash[[3, 4]]
    found = duplicates_across(make_dataset(row_hash=row_hash, ids=np.arange(100) + 1000), PARTS)
    assert len(found.warnings) == 1
    assert "2 of 20 test rows are exact duplicates of train rows (first: id 1085)" in found.warnings[0]


def test_every_pair_of_parts_is_compared(make_dataset):
    row_hash = np.arange(100, dtype=np.uint64)
    row_hash[[70, 85]] = 5
    found = duplicates_across(make_dataset(row_hash=row_hash), PARTS)
    assert [warning.split(" rows")[0] for warning in found.warnings] == [
        "1 of 20 test",
        "1 of 20 validation",
        "1 of 20 test",
    ]


def test_duplicates_inside_a_part_are_no_warning(make_dataset):
    row_hash = np.arange(100, dtype=np.uint64)
    row_hash[:10] = 7
    found = duplicates_across(make_dataset(row_hash=row_hash), PARTS)
    assert found.warnings == ()
    assert found.checked == ("Exact duplicates across the parts: 0 of all 100 rows.",)
