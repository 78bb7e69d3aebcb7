import numpy as np
import pytest
from sklearn import metrics as sk

from retrace.core.errors import ParamsError
from retrace.core.records import Predictions
from retrace.evaluation.metrics import check_metric, row_losses, scores


def predictions(n=200, n_classes=4, seed=0, present=None):
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet(np.ones(n_classes), n)
    y = generator.integers(0, present or n_classes, n)
    return Predictions(y=y, predicted=probabilities.argmax(axis=1), probabilities=probabilities)


@pytest.mark.parametrize("case", [predictions(), predictions(n=7, seed=1), predictions(present=2)])
def test_scores_are_those_of_scikit_learn(case):
    found = scores(case)
    given = (case.y, case.predicted)
    options = {"zero_division": 0}
    assert found == pytest.approx(
        {
            "accuracy": sk.accuracy_score(*given),
            "f1_macro": sk.f1_score(*given, average="macro", **options),
            "f1_weighted": sk.f1_score(*given, average="weighted", **options),
            "precision_weighted": sk.precision_score(*given, average="weighted", **options),
            "recall_weighted": sk.recall_score(*given, average="weighted", **options),
            "log_loss": sk.log_loss(case.y, case.probabilities, labels=range(4)),
        }
    )


def numbers(n=200, spread=1.0, seed=0):
    generator = np.random.default_rng(seed)
    y = 1e6 + spread * generator.normal(size=n)
    return Predictions(y=y, predicted=y + generator.normal(size=n), probabilities=np.empty((n, 0)))


@pytest.mark.parametrize("case", [numbers(), numbers(n=7, seed=1), numbers(spread=0.0)])
def test_scores_of_a_regression_are_those_of_scikit_learn(case):
    given = (case.y, case.predicted)
    assert scores(case) == pytest.approx(
        {
            "mae": sk.mean_absolute_error(*given),
            "rmse": sk.root_mean_squared_error(*given),
            "r2": sk.r2_score(*given),
        }
    )


def test_a_certain_mistake_has_a_finite_loss():
    case = Predictions(y=np.array([0]), predicted=np.array([1]), probabilities=np.array([[0.0, 1.0]]))
    assert 30 < row_losses(case)[0] < 40


def test_a_metric_of_ranks_is_one_entry_of_the_table(roc_auc):
    case = predictions(n=60, n_classes=2)
    assert scores(case)[roc_auc] == pytest.approx(sk.roc_auc_score(case.y, case.probabilities[:, 1]))


def test_a_metric_of_the_other_task_lists_those_that_fit(params):
    with pytest.raises(
        ParamsError, match=r"metric: got 'accuracy', but data 'digits' is a regression; allowed: mae, r"
    ):
        check_metric(params, "regression")
