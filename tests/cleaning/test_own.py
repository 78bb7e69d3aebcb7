import dataclasses

import pytest

from retrace.cleaning.own import STEPS, steps_of
from retrace.core.errors import ParamsError, RetraceError

FILE = """
from retrace.cleaning.own import Count, cleaner

@cleaner(kind="tabular")
def family_size(rows, *, add: Count):
    return rows.assign(family=rows["siblings"] + add)

@cleaner(kind="text")
def lower_case(texts):
    return [text.lower() for text in texts]
"""


@pytest.fixture
def chosen(in_a_project, params):
    """Find steps of a file: ``chosen("family_size", kind="tabular")``."""
    in_a_project(cleaners=FILE)

    def find(*steps, kind="tabular"):
        return steps_of(dataclasses.replace(params.preprocess, steps=steps), kind)

    return find


def test_a_step_of_ones_own_is_one_function(chosen):
    (step,) = chosen({"family_size": {"add": 1}})
    assert (step.name, step.kind, step.arguments) == ("family_size", "tabular", {"add": 1})
    assert list(STEPS) == ["family_size", "lower_case"]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (
            "famly_size",
            r"steps: got 'famly_size' \(did you mean 'family_size'\?\); allowed: family_size, l",
        ),
        ("lower_case", "steps: 'lower_case' takes text data, got tabular data: leave it out"),
        ("family_size", r"params.yaml: preprocess.steps.family_size.add is missing: add it"),
        (
            {"family_size": {"add": 0}},
            "steps.family_size.add: got 0 .*, should be greater than or equal to 1",
        ),
        ({"family_size": {"ad": 1}}, r"family_size.ad is not a known key \(did you mean 'add'\?\)"),
    ],
)
def test_a_name_or_arguments_that_are_wrong_are_refused_in_a_line(chosen, choice, message):
    with pytest.raises(ParamsError, match=message):
        chosen(choice)


def test_where_there_is_no_step_the_file_is_named(chosen, in_a_project):
    in_a_project(cleaners="")
    with pytest.raises(
        ParamsError, match=r"got 'family_size'; src/cleaners.py has no step: write it there"
    ):
        chosen("family_size")


def test_the_file_is_not_loaded_where_no_step_is_named(chosen, in_a_project):
    in_a_project(cleaners="raise SystemError")
    assert chosen() == ()


@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        (
            "rows, *, add",
            "rows, add",
            r"family_size should take the rows, .*`def family_size\(rows, \*, ",
        ),
        ("rows, *, add", "*, add", r"family_size should take the rows"),
        (
            'kind="tabular"',
            'kind="table"',
            r"kind: got 'table' .*tabular'.*; allowed: tabular, image, text",
        ),
    ],
)
def test_a_function_of_another_form_is_named(chosen, in_a_project, was, now, message):
    in_a_project(cleaners=FILE.replace(was, now))
    with pytest.raises(RetraceError, match=f"src/cleaners.py: {message}"):
        chosen("family_size")
