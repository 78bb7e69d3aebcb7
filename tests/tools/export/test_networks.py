import pytest

from exported_models import fitted
from made_datasets import image_dataset
from retrace.tools.export.exporting import export_made
from retrace.tools.export.parity import TOLERANCE
from retrace.tools.prediction.session import Session


@pytest.mark.slow
def test_a_network_says_the_same_of_any_number_of_images_and_holds_no_source_paths(params):
    predictor, rows = fitted(params, image_dataset(), "cnn", epochs=2, channels=[4, 4])
    made = export_made(predictor, rows)
    assert made.parity.difference < TOLERANCE
    assert b".py" not in made.content
    session = Session(made.content)
    for n in (1, 2, 7, 50):
        answered = session.answer(rows[0].X[:n], predictor.signature.classes)
        assert answered.probabilities.shape == (n, 3)
