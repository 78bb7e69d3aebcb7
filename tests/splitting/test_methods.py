import dataclasses

import numpy as np
import pytest

from retrace.core.errors import DataError
from retrace.splitting.methods import split_rows


@pytest.fixture
def settings(params):
    return dataclasses.replace(
        params.split,
        method="stratified",
        seed=0,
        train=0.6,
        validation=0.15,
        test=0.25,
        duplicates_together=True,
    )


def by(settings, method, **changes):
    return dataclasses.replace(settings, method=method, **changes)


def part_of(dataset, rows):
    part = np.empty(len(dataset), dtype=object)
    for name, chosen in rows.items():
        part[chosen] = name
    return part


FITTING = {
    "stratified": {},
    "group": {"groups": np.arange(100) // 4},
    "time": {"times": np.arange(100)},
    "hash": {},
    "fixed": {"fixed_part": np.array(["train", "train", "validation", "test"] * 25)},
}


@pytest.mark.parametrize("method", FITTING)
def test_every_row_lands_in_exactly_one_part(make_dataset, settings, method):
    rows = split_rows(make_dataset(**FITTING[method]), by(settings, method))
    assert sorted(np.concatenate(list(rows.values()))) == list(range(100))
    assert list(rows) == ["train", "validation", "test"]


@pytest.mark.parametrize("method", ["stratified", "group", "time"])
def test_parts_have_the_asked_sizes(make_dataset, settings, method):
    rows = split_rows(make_dataset(**FITTING[method]), by(settings, method))
    assert [len(chosen) for chosen in rows.values()] == pytest.approx([60, 15, 25], abs=2)


def test_stratified_keeps_the_share_of_each_class(make_dataset, settings):
    dataset = make_dataset(n=1000, n_classes=4)
    for rows in split_rows(dataset, settings).values():
        assert np.bincount(dataset.y[rows]) / len(rows) == pytest.approx(0.25, abs=0.01)


def test_another_seed_gives_other_parts_and_the_same_seed_the_same(make_dataset, settings):
    first, again = (split_rows(make_dataset(), settings)["test"] for _ in range(2))
    other = split_rows(make_dataset(), dataclasses.replace(settings, seed=1))["test"]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("method", ["stratified", "group", "hash"])
def test_exact_duplicates_never_land_in_two_parts(make_dataset, settings, method):
    hashes = np.arange(100, dtype=np.uint64) // 10 * 10 + np.arange(100) % 2
    dataset = make_dataset(row_hash=hashes.astype(np.uint64), groups=np.arange(100) // 2)
    part = part_of(dataset, split_rows(dataset, by(settings, method, train=0.4, test=0.45)))
    assert all(len(set(part[hashes == value])) == 1 for value in np.unique(hashes))


def test_duplicates_spread_when_asked(make_dataset, settings):
    dataset = make_dataset(row_hash=(np.arange(100) % 2).astype(np.uint64))
    rows = split_rows(dataset, dataclasses.replace(settings, duplicates_together=False))
    assert [len(chosen) for chosen in rows.values()] == [60, 15, 25]


@pytest.mark.parametrize(("duplicates", "asked", "n_parts"), [("keep", True, 3), ("together", False, 1)])
def test_what_the_data_say_of_copies_holds_against_the_settings(
    make_dataset, settings, duplicates, asked, n_parts
):
    copied = np.arange(100) < 30
    row_hash = np.where(copied, 0, np.arange(100)).astype(np.uint64)
    dataset = make_dataset(row_hash=row_hash, duplicates=duplicates)
    part = part_of(dataset, split_rows(dataset, by(settings, "hash", duplicates_together=asked)))
    assert len(set(part[copied])) == n_parts


def test_an_error_names_the_key_that_holds(make_dataset, settings):
    one_unit = {"groups": np.arange(100) // 4, "row_hash": np.zeros(100, np.uint64)}
    with pytest.raises(DataError, match=r"set `duplicates: keep` in data/made\.yaml"):
        split_rows(make_dataset(duplicates="together", **one_unit), by(settings, "group"))


def test_no_group_in_two_parts(make_dataset, settings):
    dataset = make_dataset(groups=np.random.default_rng(1).integers(0, 20, 100))
    part = part_of(dataset, split_rows(dataset, by(settings, "group")))
    assert all(len(set(part[dataset.groups == group])) == 1 for group in range(20))


def test_the_newest_rows_are_the_test_part(make_dataset, settings):
    dataset = make_dataset(times=np.random.default_rng(2).permutation(100))
    rows = split_rows(dataset, by(settings, "time"))
    newest = {name: dataset.times[chosen] for name, chosen in rows.items()}
    assert newest["train"].max() < newest["validation"].min()
    assert newest["validation"].max() < newest["test"].min()


def test_rows_of_one_moment_stay_together(make_dataset, settings):
    dataset = make_dataset(times=np.arange(100) // 10)
    part = part_of(dataset, split_rows(dataset, by(settings, "time")))
    assert all(len(set(part[dataset.times == time])) == 1 for time in range(10))


def test_rows_added_later_never_move_old_ones_under_hash(make_dataset, settings):
    before, after = make_dataset(n=100), make_dataset(n=150)
    old = part_of(before, split_rows(before, by(settings, "hash")))
    new = part_of(after, split_rows(after, by(settings, "hash")))
    assert (old == new[:100]).all()


def test_a_duplicate_added_later_follows_the_row_before_it_under_hash(make_dataset, settings):
    hashes = np.arange(150, dtype=np.uint64)
    hashes[100:] = hashes[:50]
    before, after = make_dataset(n=100), make_dataset(n=150, row_hash=hashes)
    old = part_of(before, split_rows(before, by(settings, "hash")))
    new = part_of(after, split_rows(after, by(settings, "hash")))
    assert (old == new[:100]).all()
    assert (new[100:] == new[:50]).all()


def test_hash_parts_have_about_the_asked_sizes(make_dataset, settings):
    rows = split_rows(make_dataset(n=20000), by(settings, "hash"))
    assert [len(chosen) / 20000 for chosen in rows.values()] == pytest.approx(
        [0.6, 0.15, 0.25], abs=0.01
    )


def test_hash_takes_text_and_numbers_as_ids(make_dataset, settings):
    numbers = make_dataset()
    words = make_dataset(ids=np.arange(100).astype(str).astype(object))
    first, second = (split_rows(d, by(settings, "hash"))["test"] for d in (numbers, words))
    assert np.array_equal(first, second)


def test_fixed_parts_are_those_of_the_dataset(make_dataset, settings):
    dataset = make_dataset(**FITTING["fixed"])
    assert (part_of(dataset, split_rows(dataset, by(settings, "fixed"))) == dataset.fixed_part).all()


def test_duplicates_across_fixed_parts_are_refused(make_dataset, settings):
    dataset = make_dataset(row_hash=np.zeros(100, dtype=np.uint64), **FITTING["fixed"])
    with pytest.raises(DataError, match="100 rows are exact duplicates across the fixed parts"):
        split_rows(dataset, by(settings, "fixed"))


@pytest.mark.parametrize(("method", "key"), [("group", "group"), ("time", "time"), ("fixed", "part")])
def test_a_method_without_its_column_names_the_key(make_dataset, settings, method, key):
    with pytest.raises(DataError, match=f"needs a column named as `{key}:` in data/made.yaml"):
        split_rows(make_dataset(), by(settings, method))


def test_two_groups_cannot_fill_three_parts(make_dataset, settings):
    with pytest.raises(DataError, match="2 groups cannot fill three parts"):
        split_rows(make_dataset(groups=np.arange(100) % 2), by(settings, "group"))


@pytest.mark.parametrize("n_rare", [1, 2, 3])
def test_too_few_rows_of_a_class_name_it(make_dataset, settings, n_rare):
    y = np.zeros(100, dtype=np.int64)
    y[:n_rare] = 1
    with pytest.raises(DataError, match=f"class 'b' has {n_rare} row"):
        split_rows(make_dataset(y=y), settings)


def test_too_few_rows_for_the_second_draw_name_the_class(make_dataset, settings):
    y = np.zeros(100, dtype=np.int64)
    y[:3] = 1
    shares = dataclasses.replace(settings, train=0.2, validation=0.2, test=0.6)
    with pytest.raises(DataError, match="class 'b' has 3 rows"):
        split_rows(make_dataset(y=y), shares)


def test_hash_refuses_positions_as_ids(make_dataset, settings):
    with pytest.raises(DataError, match=r"split\.method hash needs a column named as `id:`"):
        split_rows(make_dataset(ids_are_positions=True), by(settings, "hash"))


def test_a_class_missing_from_training_is_named(make_dataset, settings):
    y = np.zeros(100, dtype=np.int64)
    y[90:] = 1
    with pytest.raises(DataError, match="class 'b' has 10 rows and none of them in the train part"):
        split_rows(make_dataset(y=y, times=np.arange(100)), by(settings, "time"))


def test_a_part_without_rows_is_refused(make_dataset, settings):
    fixed = np.array(["train"] * 50 + ["validation"] * 50)
    with pytest.raises(DataError, match="leaves the test part without rows"):
        split_rows(make_dataset(fixed_part=fixed), by(settings, "fixed"))


def test_a_regression_keeps_the_spread_of_its_targets_in_every_part(make_dataset, settings):
    y = np.random.default_rng(0).lognormal(size=400)
    dataset = make_dataset(n=400, task="regression", y=y, classes=())
    rows = split_rows(dataset, settings)
    medians = [np.median(y[chosen]) for chosen in rows.values()]
    assert medians == pytest.approx([np.median(y)] * 3, rel=0.1)
    assert [len(chosen) for chosen in rows.values()] == [240, 60, 100]


def test_a_regression_of_too_few_rows_says_so(make_dataset, settings):
    dataset = make_dataset(n=3, task="regression", y=np.arange(3.0), classes=())
    with pytest.raises(DataError, match=r"3 rows are too few for parts of 0\.6, 0\.15 and 0\.25"):
        split_rows(dataset, settings)


def test_a_validation_part_that_the_dataset_leaves_open_is_drawn_from_training(make_dataset, settings):
    fixed = np.array((["train"] * 3 + ["test"]) * 25)
    dataset = make_dataset(fixed_part=fixed)
    rows = split_rows(dataset, by(settings, "fixed"))
    assert np.array_equal(rows["test"], np.flatnonzero(fixed == "test"))
    assert [len(chosen) for chosen in rows.values()] == [60, 15, 25]
    assert np.bincount(dataset.y[rows["validation"]]).tolist() == [10, 5]


def test_a_drawn_validation_part_keeps_duplicates_and_groups_together(make_dataset, settings):
    fixed = np.array((["train"] * 4 + ["test"]) * 20)
    hashes, groups = np.arange(100, dtype=np.uint64), np.arange(100) // 5
    hashes[fixed == "train"] = 1000 + hashes[fixed == "train"] // 2
    for fields, tied in (({}, hashes), ({"groups": groups}, groups)):
        dataset = make_dataset(fixed_part=fixed, row_hash=hashes, **fields)
        part = part_of(dataset, split_rows(dataset, by(settings, "fixed")))[fixed == "train"]
        assert set(part) == {"train", "validation"}
        tied = tied[fixed == "train"]
        assert all(len(set(part[tied == value])) == 1 for value in np.unique(tied))


def copies(dataset, n_distinct, weights=None):
    """Make rows of few kinds: copies of each other, label included."""
    generator = np.random.default_rng(0)
    kinds = generator.choice(n_distinct, size=len(dataset), p=weights)
    return dataclasses.replace(dataset, row_hash=(kinds * 7 + dataset.y).astype(np.uint64))


def shares_of(rows):
    total = sum(map(len, rows.values()))
    return [len(chosen) / total for chosen in rows.values()]


def test_few_distinct_rows_still_give_each_part_its_share_of_rows_and_classes(make_dataset, settings):
    skewed = np.array([0.3, 0.2, 0.2, 0.1] + [0.02] * 10)
    dataset = copies(make_dataset(n=2000), 14, skewed / skewed.sum())
    rows = split_rows(dataset, settings)
    assert shares_of(rows) == pytest.approx([0.6, 0.15, 0.25], abs=0.05)
    for chosen in rows.values():
        assert np.bincount(dataset.y[chosen])[0] / len(chosen) == pytest.approx(0.5, abs=0.1)
    hashes = [set(dataset.row_hash[chosen]) for chosen in rows.values()]
    assert not hashes[0] & hashes[1] | hashes[0] & hashes[2] | hashes[1] & hashes[2]


@pytest.mark.parametrize("seed", range(10))
def test_the_largest_unit_of_groups_trains(make_dataset, settings, seed):
    groups = np.concatenate([np.zeros(70, dtype=int), 1 + np.arange(30) // 2])
    rows = split_rows(make_dataset(groups=groups), by(settings, "group", seed=seed))
    assert set(range(70)) <= set(rows["train"])
    assert min(map(len, rows.values())) > 0


def test_groups_that_duplicates_chain_into_one_name_the_remedy(make_dataset, settings):
    dataset = make_dataset(groups=np.arange(100) // 4, row_hash=np.arange(100, dtype=np.uint64) % 3)
    with pytest.raises(
        DataError, match=r"25 groups tied together by exact duplicates: 1 units .* set sp"
    ):
        split_rows(dataset, by(settings, "group"))
    parts = split_rows(dataset, by(settings, "group", duplicates_together=False))
    assert shares_of(parts) == pytest.approx([0.6, 0.15, 0.25], abs=0.05)


def test_all_rare_classes_are_named_at_once(make_dataset, settings):
    y = np.repeat([0, 1, 2], [97, 2, 1])
    with pytest.raises(DataError, match="class 'b' has 2 rows, 'c' has 1 row, too few") as error:
        split_rows(make_dataset(y=y, n_classes=3), settings)
    assert "`rare_classes: {fewer_than: 3}` in data/made.yaml" in str(error.value)


def test_a_class_of_copies_names_the_key_that_frees_them(make_dataset, settings):
    dataset = make_dataset()
    hashes = np.where(dataset.y == 1, 0, np.arange(100)).astype(np.uint64)
    with pytest.raises(DataError, match=r"copies of one row count once\): set split"):
        split_rows(dataclasses.replace(dataset, row_hash=hashes), settings)
