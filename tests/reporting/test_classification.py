import dataclasses

import numpy as np

from retrace import reporting
from retrace.core.records import Predictions
from retrace.reporting import classification


def test_only_images_show_their_mistakes_as_pictures(make_results, undrawn):
    assert "mistakes" in reporting.draw_figures(make_results(kind="image"))
    assert "mistakes" not in reporting.draw_figures(make_results(kind="tabular"))


def test_a_model_without_mistakes_reads_well(make_results):
    results = make_results()
    y = results.parts["test"].y
    perfect = Predictions(y=y, predicted=y, probabilities=np.eye(3)[y])
    results = dataclasses.replace(results, predictions={"validation": perfect, "test": perfect})
    text = reporting.report_markdown(results)
    assert "None of 90 test rows wrong." in text
    assert "no estimate" in text


def test_recall_of_grouped_rows_has_a_wider_interval(make_results):
    alone, grouped = (
        classification.sections(make_results(groups=groups))["per_class"][0]["recall_interval"]
        for groups in (None, np.arange(90) // 9)
    )
    widths = [
        float(high) - float(low) for low, high in (each.split(" to ") for each in (alone, grouped))
    ]
    assert widths[1] > widths[0]


def by_brightness(part):
    share = np.asarray(part.X, dtype=np.float64).mean(axis=(1, 2, 3)) / 255
    probabilities = np.column_stack([1 - share, share / 2, share / 2])
    return Predictions(y=part.y, predicted=probabilities.argmax(axis=1), probabilities=probabilities)


def test_of_images_the_report_shows_what_the_surest_mistakes_rest_on(make_results, undrawn):
    images = make_results(kind="image")
    looked = dataclasses.replace(images, predict=by_brightness)
    assert "occlusion" in reporting.draw_figures(looked)
    private = {name: dataclasses.replace(part, private=True) for name, part in looked.parts.items()}
    assert "occlusion" not in reporting.draw_figures(dataclasses.replace(looked, parts=private))
    assert "occlusion" not in reporting.draw_figures(images)
