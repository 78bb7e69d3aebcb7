import numpy as np
import pytest

from retrace.reporting import regression


def test_the_residuals_are_described_by_their_quantiles(regression_results):
    shown = regression.sections(regression_results)
    residuals = regression_results.test.y - regression_results.test.predicted
    assert [row["share"] for row in shown["residuals"]] == ["5 %", "25 %", "50 %", "75 %", "95 %"]
    assert float(shown["residuals"][2]["value"]) == pytest.approx(np.median(residuals), rel=1e-3)


def test_the_largest_error_comes_first_with_its_sign(regression_results):
    largest = regression.sections(regression_results)["largest"]
    errors = regression_results.test.predicted - regression_results.test.y
    assert float(largest[0]["error"]) == pytest.approx(errors[np.abs(errors).argmax()], rel=1e-3)
    assert len(largest) == 5


def test_both_figures_are_drawn(regression_results):
    assert set(regression.figures(regression_results)) == {"predicted", "residuals"}
