from hypothesis import given, settings
from hypothesis import strategies as st

from retrace.tools.pull_request.cutting import LIMIT, Section, fit, length

SECTIONS = st.lists(
    st.builds(
        lambda title, letter, n, importance: Section(title, letter * n, importance),
        st.text(max_size=10),
        st.sampled_from("aé😀"),
        st.integers(0, 40_000),
        st.integers(0, 100),
    ),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, derandomize=True)
@given(SECTIONS)
def test_no_text_is_longer_than_allowed(sections):
    assert length(fit(sections)) <= LIMIT


def test_the_least_important_sections_go_first_and_are_named():
    sections = [
        Section("Verdict", "v" * 300, 0),
        Section("Rows", "r" * 300, 1),
        Section("Metrics", "m" * 300, 2),
    ]
    assert fit(sections) == "\n\n".join(section.text for section in sections) + "\n"
    cut = fit(sections, limit=800)
    assert "r" * 300 not in cut
    assert "m" * 300 in cut
    assert "Left out, as a comment has room for 60,000 characters: Rows." in cut


def test_a_verdict_that_is_too_long_is_cut_with_a_note():
    text = fit([Section("Verdict", "😀" * 1000, 0)], limit=500)
    assert length(text) <= 500
    assert text.rstrip().endswith("*Cut here: a comment has no room for more.*")


def test_an_empty_section_leaves_no_gap():
    assert fit([Section("a", "x", 1), Section("b", " \n", 1), Section("c", "y", 1)]) == "x\n\ny\n"
