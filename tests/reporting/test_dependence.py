import numpy as np
import pytest

from retrace.evaluation.dependence import Dependence
from retrace.reporting.dependence import plot_dependence

NUMBER = Dependence("age", [20.0, 40.0, 60.0], np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]))
COLOUR = Dependence("colour", ["red", "blue"], np.array([[0.7, 0.3], [0.6, 0.4]]))


def test_of_two_classes_the_second_is_drawn():
    number, colour = plot_dependence([NUMBER, COLOUR], ["no", "yes"]).axes
    assert number.lines[0].get_ydata().tolist() == [0.1, 0.5, 0.8]
    assert number.get_legend().get_texts()[0].get_text() == "yes"
    assert [label.get_text() for label in colour.get_yticklabels()] == ["red", "blue"]


def test_a_regression_has_one_line_and_no_legend():
    one = Dependence("age", [1.0, 2.0], np.array([[5.0], [7.0]]))
    axes, empty = plot_dependence([one], []).axes
    assert len(axes.lines) == 1
    assert axes.get_legend() is None
    assert not empty.axison


@pytest.mark.parametrize(("n_classes", "lines"), [(3, 3), (9, 6)])
def test_of_many_classes_those_that_change_most_are_drawn(n_classes, lines):
    answers = np.outer([0, 1], np.arange(n_classes)).astype(float)
    names = [f"class {code}" for code in range(n_classes)]
    axes = plot_dependence([Dependence("age", [1.0, 2.0], answers)], names).axes[0]
    assert len(axes.lines) == lines
    assert axes.get_legend().get_texts()[-1].get_text() == names[-1]
