import dataclasses

import numpy as np
import pandas as pd
import pytest

from retrace.core.records import Predictions
from retrace.evaluation.dependence import MOST_ROWS, MOST_VALUES, partial_dependence


@pytest.fixture
def part(make_dataset):
    generator = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "number": generator.normal(size=900),
            "whole": generator.integers(0, 3, 900),
            "colour": np.array(["red", "blue", np.nan], dtype=object)[generator.integers(0, 3, 900)],
            "nothing": np.where(generator.random(900) < 0.5, np.nan, np.inf),
        }
    )
    return make_dataset(n=900, X=X)


def answers(part):
    """Twice the number, and one more where it is red."""
    return 2 * part.X["number"].to_numpy() + (part.X["colour"] == "red").to_numpy()


def as_number(part):
    return Predictions(y=part.y, predicted=answers(part), probabilities=np.empty((len(part), 0)))


def as_classes(part):
    p = 1 / (1 + np.exp(-answers(part)))
    return Predictions(y=part.y, predicted=p > 0.5, probabilities=np.column_stack([1 - p, p]))


def test_a_line_is_found_as_it_is(params, part):
    found = partial_dependence(as_number, part, "number", params.report)
    assert len(found.levels) == MOST_VALUES
    slopes = np.diff(found.answers[:, 0]) / np.diff(found.levels)
    assert slopes == pytest.approx(2)
    assert found.numeric
    assert set(found.levels) <= set(part.X["number"])


def test_a_category_is_found_as_it_is(params, part):
    found = partial_dependence(as_number, part, "colour", params.report)
    by_value = dict(zip(found.levels, found.answers[:, 0], strict=True))
    assert by_value.keys() == {"red", "blue"}
    assert by_value["red"] - by_value["blue"] == pytest.approx(1)
    assert not found.numeric


def test_of_classes_each_has_its_mean_probability(params, part):
    found = partial_dependence(as_classes, part, "whole", params.report)
    assert found.levels == [0, 1, 2]
    assert found.answers.shape == (3, 2)
    assert found.answers.sum(axis=1) == pytest.approx(1)
    assert np.ptp(found.answers, axis=0) == pytest.approx(0)  # the column tells nothing


def test_a_column_without_values_has_none(params, part):
    assert partial_dependence(as_number, part, "nothing", params.report).levels == []


def test_of_a_column_that_is_nearly_always_zero_the_other_values_are_shown(params, make_dataset):
    X = pd.DataFrame({"number": np.r_[np.zeros(95), [100.0, 200, 300, 400, 500]], "colour": "red"})
    found = partial_dependence(as_number, make_dataset(X=X), "number", params.report)
    assert found.levels == [0, 100, 200, 300, 400, 500]


def test_at_most_so_many_rows_are_asked_of_and_types_stay(params, part):
    seen = []

    def predict(rows):
        seen.append(rows)
        return as_number(rows)

    settings = dataclasses.replace(params.report, seed=3)
    partial_dependence(predict, part, "whole", settings)
    assert len(seen[0]) == 3 * MOST_ROWS
    assert (seen[0].X.dtypes == part.X.dtypes).all()
