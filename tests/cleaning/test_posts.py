import tarfile

import pytest
from sklearn.datasets import _twenty_newsgroups as loader

from retrace.cleaning.posts import without_footer, without_headers, without_quotes

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
