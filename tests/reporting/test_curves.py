import numpy as np
import pytest

from paired_models import noisy_model
from retrace.reporting.curves import plot_gain, plot_precision_recall, plot_roc


@pytest.mark.parametrize(("n_classes", "lines"), [(2, 2), (3, 4)])
def test_each_class_has_a_line_beside_chance(n_classes, lines):
    test = noisy_model(np.arange(60) % n_classes, 1.5, 0, n_classes)
    names = [f"class {code}" for code in range(n_classes)]
    axes = plot_roc(test, names).axes[0]
    assert len(axes.lines) == lines
    assert axes.get_legend().get_texts()[-1].get_text() == names[-1]


def test_the_gain_stands_between_chance_and_perfect():
    test = noisy_model(np.arange(60) % 2, 1.5, 0, 2)
    axes = plot_gain(test, ["no", "yes"]).axes[0]
    assert axes.get_ylabel() == "share of yes found"
    chance, perfect, model = (np.trapezoid(line.get_ydata(), line.get_xdata()) for line in axes.lines)
    assert chance < model < perfect


def test_many_classes_share_a_name():
    test = noisy_model(np.arange(120) % 12, 1.5, 0, 12)
    axes = plot_precision_recall(test, [f"{code}" for code in range(12)]).axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["each of 12 classes"]


def test_a_class_without_rows_is_left_out():
    test = noisy_model(np.arange(60) % 2, 1.5, 0, 3)
    assert len(plot_roc(test, "abc").axes[0].lines) == 3
