import dataclasses
import tarfile

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import _twenty_newsgroups as loader

from retrace.cleaning.cleaners import (
    clean,
    clean_images,
    clean_table,
    clean_texts,
    without_footer,
    without_headers,
    without_quotes,
)
from retrace.core.params import TabularCleaning

SETTINGS = TabularCleaning(strip_text=True)


def test_text_is_stripped_and_gaps_are_uniform():
    table = pd.DataFrame({"word": [" red", "", " ", None, "blue "]}, dtype=object)
    cleaned = clean_table(table, SETTINGS)["word"]
    assert cleaned.iloc[[0, 4]].tolist() == ["red", "blue"]
    assert cleaned.isna().tolist() == [False, True, True, True, False]
    assert cleaned.dtype == object


def test_mixed_text_and_numbers_become_text():
    table = pd.DataFrame({"mixed": ["a", 1, 2.5]}, dtype=object)
    assert clean_table(table, SETTINGS)["mixed"].tolist() == ["a", "1", "2.5"]


def test_infinity_is_a_gap():
    table = pd.DataFrame({"x": [1.0, np.inf, -np.inf]})
    assert clean_table(table, SETTINGS)["x"].isna().tolist() == [False, True, True]


def test_text_stays_unstripped_when_asked():
    table = pd.DataFrame({"word": [" red"]}, dtype=object)
    assert clean_table(table, dataclasses.replace(SETTINGS, strip_text=False))["word"][0] == " red"


@pytest.mark.parametrize("kind", ["tabular", "image"])
def test_a_cleaned_row_depends_on_that_row_alone(make_dataset, params, image_cleaning, kind):
    preprocess = dataclasses.replace(
        params.preprocess, image=image_cleaning(size=5, channels=3, fit="crop")
    )
    dataset = make_dataset(n=20, kind=kind)
    rows = np.array([3, 11])
    whole, alone = clean(dataset, preprocess).take(rows), clean(dataset.take(rows), preprocess)
    assert np.array_equal(np.asarray(whole.X), np.asarray(alone.X))


def test_images_keep_their_pixels_when_no_size_is_asked(make_dataset, image_cleaning):
    X = make_dataset(kind="image").X
    assert clean_images(X, image_cleaning(size=None, channels=None, fit="stretch")) is X


def test_images_are_resized_to_a_square_with_their_channels(image_cleaning):
    X = np.full((2, 6, 9, 3), [10, 20, 30], dtype=np.uint8)
    resized = clean_images(X, image_cleaning(size=4, channels=None, fit="stretch"))
    assert resized.shape == (2, 4, 4, 3)
    assert (resized == [10, 20, 30]).all()


@pytest.mark.parametrize(("had", "asked"), [(1, 3), (1, 4), (3, 1), (4, 3)])
def test_images_get_the_channels_that_are_asked_for(image_cleaning, had, asked):
    X = np.full((2, 5, 5, had), 255, dtype=np.uint8)
    cleaned = clean_images(X, image_cleaning(size=None, channels=asked, fit="stretch"))
    assert cleaned.shape == (2, 5, 5, asked)
    assert (cleaned == 255).all()


def test_headers_footers_and_quotes_are_taken_out_in_that_order(params):
    posts = np.array(["From: me\n\n> quoted\nmine\n--\nsigned", "no headers"], dtype=object)
    remove = dataclasses.replace(params.preprocess.text, remove=("quotes", "footers", "headers"))
    assert clean_texts(posts, remove).tolist() == ["mine", ""]
    assert clean_texts(posts, dataclasses.replace(remove, remove=())) is posts


POST = """From: a@example.org
Subject: Re: orbits

In article <1@example.org> b writes:
> Is it so?
| Or so?
It is.

--
A signature
"""


def test_headers_end_at_the_first_empty_line():
    assert without_headers(POST).startswith("In article")
    assert without_headers("no empty line") == ""


def test_quotes_and_what_introduces_them_go():
    assert without_quotes("x wrote:\n> a\n| b\nQuoted from c\nmine\nIn article 5") == "mine"


def test_a_footer_is_what_follows_the_last_empty_line_or_line_of_hyphens():
    assert without_footer("text\n--\nme\n") == "text"
    assert without_footer("one line") == "one line"


@pytest.mark.parametrize("text", ["", "\n", "\n\n", "--", "a\n\n", "\n\n\na", POST, POST.strip()])
def test_odd_posts_are_cut_as_scikit_learn_cuts_them(text):
    assert_as_scikit_learn(text)


@pytest.mark.slow
def test_real_posts_are_cut_as_scikit_learn_cuts_them(newsgroups_archive):
    with tarfile.open(newsgroups_archive) as archive:
        members = [member for member in archive.getmembers() if member.isfile()][::25]
        for member in members:
            assert_as_scikit_learn(archive.extractfile(member).read().decode("latin-1"))
    assert len(members) > 700


def assert_as_scikit_learn(text):
    assert without_headers(text) == loader.strip_newsgroup_header(text)
    assert without_footer(text) == loader.strip_newsgroup_footer(text)
    assert without_quotes(text) == loader.strip_newsgroup_quoting(text)
