import pytest

from retrace.tools.curves.measuring import Point
from retrace.tools.curves.results import best_of, draw, last_step, table_of, text_of


def table(scores):
    return table_of(
        [
            Point(at=at, seed=seed, training=1.0, validation=score)
            for at, by_seed in scores.items()
            for seed, score in enumerate(by_seed)
        ]
    )


def test_the_table_has_mean_and_reach_of_the_seeds():
    row = table({10: [0.5, 0.7], 100: [0.8]}).iloc[0]
    assert (row["at"], row["seeds"]) == (10, 2)
    assert row["validation_mean"] == pytest.approx(0.6)
    assert (row["validation_lowest"], row["validation_highest"]) == (0.5, 0.7)


def test_the_text_is_a_table_for_a_terminal():
    first, row = text_of(table({10: [0.5, 0.7]}), "training rows", "accuracy").splitlines()
    assert first.split("  ")[0] == "training rows"
    assert row.split() == ["10", "0.6000", "0.5000", "to", "0.7000", "1.0000"]


@pytest.mark.parametrize(
    ("scores", "metric", "says"),
    [
        (
            {10: [0.5, 0.52], 1000: [0.8, 0.81]},
            "accuracy",
            "From 10 to 1,000 rows: accuracy 0.2950 better",
        ),
        ({10: [0.5, 0.52], 1000: [0.8, 0.81]}, "accuracy", "It still rises, on 60 validation rows."),
        ({10: [0.5, 0.6], 1000: [0.6, 0.5]}, "accuracy", "It is flat, as far as the seeds tell, on 60"),
        ({10: [0.9], 1000: [0.7]}, "log_loss", "0.2000 better"),
        ({10: [0.9]}, "log_loss", ""),
    ],
)
def test_the_last_step_is_held_against_the_seeds(scores, metric, says):
    assert says in last_step(table(scores), metric, 60)


@pytest.mark.parametrize(
    ("metric", "says"),
    [
        ("accuracy", "C=10 (0.9000); within reach of its seeds: 1."),
        ("log_loss", "C=0.1 (0.5000)."),
    ],
)
def test_the_best_value_is_named_with_those_like_it(metric, says):
    found = table({0.1: [0.5, 0.5], 1: [0.8, 0.9], 10: [0.88, 0.92]})
    assert best_of(found, "C", metric) == f"Best on the validation part: {says}"


@pytest.mark.parametrize(
    ("values", "scale", "labels"),
    [
        ([0.1, 1, 10], "log", ["0.1", "1", "10"]),
        ([4, 5, 6], "linear", None),
        (["sqrt", None], "linear", ["sqrt", "None"]),
        ([True, False], "linear", ["True", "False"]),
    ],
)
def test_values_stand_on_a_scale_that_fits_them(values, scale, labels):
    axes = draw(table({value: [0.5, 0.6] for value in values}), "C", "accuracy").axes[0]
    assert axes.get_xscale() == scale
    assert [line.get_label() for line in axes.lines] == ["training", "validation"]
    if labels is not None:
        assert [label.get_text() for label in axes.get_xticklabels()] == labels
