import pytest

from retrace.core.errors import RetraceError
from retrace.tools.notebooks import making
from retrace.tools.notebooks.checking import check_notebooks


@pytest.mark.parametrize(
    ("found", "said", "details"),
    [
        (["a differs"], "a differs", ()),
        (["a", "b"], "2 scripts are not what their notebooks make", ("a", "b")),
    ],
)
def test_one_difference_is_one_line_and_more_are_listed(monkeypatch, found, said, details):
    monkeypatch.setattr(making, "differences", lambda: found)
    with pytest.raises(RetraceError) as told:
        check_notebooks()
    assert (str(told.value), told.value.details) == (said, details)


def test_no_difference_is_no_word(monkeypatch):
    monkeypatch.setattr(making, "differences", list)
    assert check_notebooks() is None
