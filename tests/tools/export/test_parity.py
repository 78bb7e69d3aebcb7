import numpy as np
import pytest
from sklearn.datasets import load_digits

from exported_models import fitted
from made_datasets import dataset, mixed_dataset
from retrace.core.errors import ModelError
from retrace.tools.export.exporting import export_made
from retrace.tools.export.parity import TOLERANCE, UNSEEN, check_parity, describe_parity
from retrace.tools.prediction.session import Session


class Lying(Session):
    """Says something else of the rows of which ``lies`` is true."""

    def __init__(self, content, lies, shift):
        super().__init__(content)
        self.lies, self.shift = lies, shift

    def answer_feeds(self, feeds, classes):
        said = super().answer_feeds(feeds, classes)
        said.probabilities[self.lies(feeds)] += self.shift
        return said


@pytest.fixture(scope="module")
def made(params):
    predictor, rows = fitted(params, mixed_dataset(), "logistic_regression")
    return predictor, rows, export_made(predictor, rows)


def test_agreement_is_told_in_a_line(made):
    assert describe_parity(made[2].parity).startswith("150 rows agree, one by one and together; largest")


def test_a_difference_of_one_row_is_found_and_the_row_named(made):
    predictor, rows, export = made
    row = rows[0].X["size"].first_valid_index()
    lies = Lying(export.content, lambda feeds: feeds["size"][:, 0] == rows[0].X["size"][row], 1e-4)
    with pytest.raises(ModelError, match="nothing was written") as error:
        check_parity(lies, predictor, rows)
    assert error.value.details[0] == (f"test row {rows[0].ids[row]}, in a batch of many: off by 0.0001")


@pytest.mark.parametrize(
    ("lies", "called"),
    [
        (lambda feeds: np.isnan(feeds["count"][:, 0]), "with gaps"),
        (lambda feeds: feeds["port"][:, 0] == UNSEEN, "with unseen"),
        (lambda feeds: np.full(len(feeds["size"]), len(feeds["size"]) == 1), "in a batch of 1"),
    ],
    ids=["gaps", "unseen", "one by one"],
)
def test_a_difference_that_only_some_rows_show_is_found(made, lies, called):
    predictor, rows, export = made
    with pytest.raises(ModelError) as error:
        check_parity(Lying(export.content, lies, 1e-3), predictor, rows)
    assert all(called in line for line in error.value.details if not line.startswith("and "))


def test_a_difference_below_the_tolerance_is_none(made):
    predictor, rows, export = made
    lies = Lying(export.content, lambda feeds: slice(None), TOLERANCE / 2)
    assert check_parity(lies, predictor, rows).difference > TOLERANCE / 3


def test_a_model_whose_own_numbers_underflow_is_refused_not_approximated(params):
    digits = load_digits()
    X = digits.images.astype(np.uint8)[..., None]
    predictor, rows = fitted(
        params,
        dataset(X, digits.target, tuple("0123456789"), "classification", "image"),
        "sgd",
    )
    with pytest.raises(ModelError, match="would not say what the model says"):
        export_made(predictor, rows)
