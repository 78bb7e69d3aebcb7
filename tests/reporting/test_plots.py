import numpy as np
import pandas as pd
import pytest

from retrace.reporting import plots


def test_confusion_counts_are_written_into_their_cells():
    axes = plots.plot_confusion(np.array([[5, 1], [0, 7]]), ["a", "b"]).axes[0]
    assert {(text.get_position(), text.get_text()) for text in axes.texts} == {
        ((0, 0), "5"),
        ((1, 0), "1"),
        ((1, 1), "7"),
    }


@pytest.mark.parametrize("n_classes", [2, 10, 60])
def test_confusion_is_drawn_for_any_number_of_classes(n_classes):
    figure = plots.plot_confusion(np.eye(n_classes, dtype=int), [f"class {i}" for i in range(n_classes)])
    assert max(figure.get_size_inches()) <= 9


def test_history_draws_training_and_validation():
    history = pd.DataFrame(
        {
            "epoch": [1, 2],
            "train_loss": [2, 1],
            "validation_loss": [2, 3],
            "train_accuracy": [0, 1],
            "validation_accuracy": [0, 1],
        }
    )
    loss, accuracy = plots.plot_history(history).axes
    assert [line.get_label() for line in loss.lines] == ["train", "validation"]
    assert accuracy.get_ylabel() == "accuracy"


def test_reliability_draws_a_dot_per_bin():
    table = pd.DataFrame({"confidence": [0.5, 0.9], "accuracy": [0.4, 1.0], "n": [3, 30]})
    table = table.assign(low=[np.nan, 0.88], high=[np.nan, 1.0])
    bars, dots = plots.plot_reliability(table).axes[0].collections
    assert (len(bars.get_segments()), len(dots.get_offsets())) == (1, 2)


def test_predicted_against_true_draws_a_dot_per_row():
    axes = plots.plot_predicted(np.arange(5.0), np.arange(5.0) + 1).axes[0]
    assert axes.collections[0].get_offsets().tolist() == [[i, i + 1] for i in range(5)]


def test_residuals_are_drawn_and_counted():
    scatter, bars = plots.plot_residuals(np.arange(5.0), np.array([-1.0, 0, 0, 0, 1])).axes
    assert len(scatter.collections[0].get_offsets()) == 5
    assert sum(bar.get_width() for bar in bars.patches) == 5


@pytest.mark.parametrize("channels", [1, 3])
def test_images_are_drawn_with_their_captions(channels):
    figure = plots.plot_images(np.zeros((7, 4, 4, channels), np.uint8), [f"c{i}" for i in range(7)])
    assert [axes.get_title() for axes in figure.axes][:7] == [f"c{i}" for i in range(7)]


@pytest.mark.parametrize(("channels", "brightest"), [(1, 255), (1, 16), (3, 255), (4, 255)])
def test_pictures_are_shown_as_they_are_and_no_negatives(channels, brightest):
    image = np.zeros((1, 4, 4, channels), dtype=np.uint8)
    image[..., -1] = 255 if channels == 4 else 0
    image[0, 0] = brightest
    figure = plots.plot_images(image, ["sandstorm taken for fogsmog"])
    shown = figure.axes[0].images[0]
    colours = shown.to_rgba(shown.get_array())
    assert (colours[0, 0] == 1).all() or (colours[0, 0] == 255).all()
    assert (colours[3, 3, :3] == 0).all()
    assert figure.axes[0].get_title() == "sandstorm taken\nfor fogsmog"
