import numpy as np
import pandas as pd
import pytest

from made_datasets import mixed_table
from retrace.cleaning.own import Step
from retrace.cleaning.steps import check_row_wise, take_step
from retrace.core.errors import DataError

TABLE = mixed_table().drop(columns="nothing")

TEXTS = np.array([f"Text {number}" for number in range(30)], dtype=object)

IMAGES = np.arange(20 * 4, dtype=np.uint8).reshape(20, 2, 2, 1)


def tried(function, X, kind="tabular"):
    """Take a step on all rows, and try it on some alone."""
    step = Step("mine", kind, function, {})
    made = take_step(step, X)
    check_row_wise(step, X, made, np.arange(len(X)))
    return made


def test_what_depends_on_a_row_alone_is_taken():
    def mine(rows):
        return rows.assign(
            large=rows["size"] > 1,
            letters=rows["port"].map(len, na_action="ignore"),
            first=rows["street"].str[0].astype("category"),
            root=np.sqrt(rows["count"]),
        ).drop(columns="port")

    made = tried(mine, TABLE)
    kinds = [made[name].dtype.name for name in ("large", "letters", "first")]
    assert kinds == ["float64", "float64", "category"]
    assert "port" not in made
    assert made["letters"].isna().sum() == TABLE["port"].isna().sum()


def filled(rows):
    return rows.assign(size=rows["size"].fillna(rows["size"].median()))


def constant_filled(rows):
    """Nothing of it differs among fewer rows, as long as no row with a gap comes alone."""
    return rows.assign(port=rows["port"].fillna(rows["port"].min()))


@pytest.mark.parametrize(
    ("mine", "message"),
    [
        (
            lambda rows: rows.assign(size=rows["size"] - rows["size"].mean()),
            "of 'size' in row .*, -?[0-9.]+ among",
        ),
        (filled, r"makes .* of 'size' in row .* belongs under `features`, or into a model"),
        (
            constant_filled,
            "makes a of 'port' in row .* among all rows, nan among fewer: a cleaned row may",
        ),
        (lambda rows: rows.assign(next=rows["size"].shift(-1)), "of 'next' in row"),
        (
            lambda rows: rows.assign(x=rows["stamp"].clip(upper=rows["stamp"].quantile(0.999))),
            "of 'x' in row",
        ),
        (
            lambda rows: rows.assign(seen=rows["street"].map(rows["street"].value_counts())),
            "of 'seen' in row",
        ),
        (lambda rows: rows.sort_values("count").reset_index(drop=True), "of '.*' in row"),
        (
            lambda rows: pd.get_dummies(rows, columns=["port"]),
            r"makes other columns of some rows than of all \(port_",
        ),
        (
            lambda rows: rows.assign(x=1.0 if len(rows) > 1 else "one"),
            "makes numbers of 'x' in some rows, and text",
        ),
        (
            lambda rows: rows.assign(x=np.random.default_rng().random(len(rows))),
            "answers otherwise each time",
        ),
        (
            lambda rows: rows.assign(x=rows["port"].fillna(rows["port"].mode()[0])),
            r"fails .*on 1 row: KeyError: 0.*; not on all 150",
        ),
    ],
)
def test_what_depends_on_other_rows_is_refused_with_where_it_belongs(mine, message):
    with pytest.raises(DataError, match=rf"src/cleaners.py: mine .*{message}"):
        tried(mine, TABLE)


@pytest.mark.parametrize(
    ("mine", "message"),
    [
        (lambda rows: rows.dropna(), r"returned \d+ rows for 150: it must keep all rows"),
        (lambda rows: rows.sort_values("size"), "returned rows in another order"),
        (lambda rows: rows.to_numpy(), "returned ndarray, should be a DataFrame"),
        (lambda rows: rows[[]], "returned no column"),
        (lambda rows: pd.concat([rows, rows[["size"]]], axis=1), "not theirs alone: 'size', 'size'"),
        (lambda rows: rows.assign(x=pd.Timestamp(2020, 1, 1)), "made dates of column 'x': make numbers"),
        (lambda rows: rows["sise"], "fails on 150 rows: KeyError: 'sise'; columns: size, stamp, "),
    ],
)
def test_a_table_that_is_none_of_the_same_rows_is_refused(mine, message):
    with pytest.raises(DataError, match=f"src/cleaners.py: mine .*{message}"):
        tried(mine, TABLE)


def test_a_step_that_writes_into_its_rows_changes_nothing_else():
    def mine(rows):
        rows["size"] = 0.0
        return rows

    before = TABLE.copy()
    assert (tried(mine, TABLE)["size"] == 0).all()
    pd.testing.assert_frame_equal(TABLE, before)


@pytest.mark.parametrize(
    ("kind", "X", "mine"),
    [
        ("text", TEXTS, lambda texts: [text.lower() for text in texts]),
        ("image", IMAGES, lambda images: 255 - images),
    ],
)
def test_texts_and_images_are_rows_too(kind, X, mine):
    made = tried(mine, X, kind)
    assert (made.dtype, made.shape) == (X.dtype, X.shape)
    assert (made != X).all()


@pytest.mark.parametrize(
    ("kind", "X", "mine", "message"),
    [
        (
            "text",
            TEXTS,
            lambda texts: sorted(texts, reverse=True),
            "makes another row of .* among fewer rows",
        ),
        (
            "text",
            TEXTS,
            lambda texts: [text for text in texts if "1" in text],
            "returned 12 texts for 30",
        ),
        ("text", TEXTS, lambda texts: [1] * len(texts), "returned list, should be a list of texts"),
        ("image", IMAGES, lambda images: images - images.min(), "makes another row"),
        (
            "image",
            IMAGES,
            lambda images: images[:, :1],
            r"returned uint8 \(20, 1, 2, 1\), should be uint8",
        ),
        ("image", IMAGES, lambda images: images / 2, r"returned float64 .* there is `preprocess.image`"),
    ],
)
def test_other_texts_and_images_are_refused(kind, X, mine, message):
    with pytest.raises(DataError, match=f"src/cleaners.py: mine .*{message}"):
        tried(mine, X, kind)
