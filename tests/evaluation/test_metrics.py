import numpy as np
import pytest
from sklearn import metrics as sk

from retrace.core.errors import DataError, ParamsError
from retrace.core.records import Predictions
from retrace.evaluation.metrics import METRICS, check_defined, check_metric, known_metrics, scores


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
            "balanced_accuracy": sk.recall_score(*given, average="macro", labels=np.unique(case.y)),
            "log_loss": sk.log_loss(case.y, case.probabilities, labels=range(4)),
        }
    )


def one_answer(n=40, code=1, n_classes=3):
    """A model that always says the same."""
    probabilities = np.tile(np.full(n_classes, 0.5 / (n_classes - 1)), (n, 1))
    probabilities[:, code] = 0.5
    return Predictions(
        y=np.arange(n) % n_classes, predicted=np.full(n, code), probabilities=probabilities
    )


def perfect(n=40, n_classes=3):
    y = np.arange(n) % n_classes
    return Predictions(y=y, predicted=y, probabilities=np.eye(n_classes)[y])


def tied(n=60, n_classes=2):
    """Probabilities of few different values."""
    case = predictions(n, n_classes, seed=3)
    probabilities = np.round(case.probabilities, 1) if n_classes == 2 else case.probabilities
    return Predictions(y=case.y, predicted=case.predicted, probabilities=probabilities)


CASES = {
    "four classes": predictions(),
    "two classes": predictions(n_classes=2, seed=1),
    "ties": tied(),
    "one answer": one_answer(),
    "one answer of two classes": one_answer(n_classes=2),
    "perfect": perfect(),
    "few rows": predictions(n=9, n_classes=2, seed=5),
}


def by_scikit_learn(name, case):
    k, given = case.probabilities.shape[1], (case.y, case.predicted)
    scored = (case.y, case.probabilities[:, 1] if k == 2 else case.probabilities)
    labels = {} if k == 2 else {"labels": range(k)}
    one_hot = case.y if k == 2 else np.eye(k)[case.y]
    return {
        "recall_weighted": lambda: sk.recall_score(*given, average="weighted"),
        "matthews_corrcoef": lambda: sk.matthews_corrcoef(*given),
        "cohen_kappa": lambda: sk.cohen_kappa_score(*given),
        "quadratic_kappa": lambda: sk.cohen_kappa_score(*given, weights="quadratic"),
        "roc_auc": lambda: sk.roc_auc_score(*scored, multi_class="ovr", average="macro"),
        "average_precision": lambda: sk.average_precision_score(one_hot, scored[1]),
        "top_2_accuracy": lambda: sk.top_k_accuracy_score(*scored, k=2, **labels) if k > 2 else 1.0,
        "brier": lambda: sk.brier_score_loss(case.y, case.probabilities, labels=range(k)),
    }[name]()


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize(
    "name",
    [
        "recall_weighted",
        "matthews_corrcoef",
        "cohen_kappa",
        "quadratic_kappa",
        "roc_auc",
        "average_precision",
        "top_2_accuracy",
        "brier",
    ],
)
def test_a_further_metric_is_that_of_scikit_learn(name, case):
    assert scores(case, [name])[name] == pytest.approx(by_scikit_learn(name, case), abs=1e-12)


@pytest.mark.parametrize("case", [predictions(n_classes=3), tied()])
def test_weights_are_copies_of_rows(case):
    counts = np.random.default_rng(0).integers(0, 3, len(case.y))
    copied = Predictions(
        y=case.y.repeat(counts),
        predicted=case.predicted.repeat(counts),
        probabilities=case.probabilities.repeat(counts, axis=0),
    )
    for name in known_metrics("classification"):
        metric = METRICS[name]
        weighed = metric.scorer(case)(counts @ metric.totals(case))
        assert weighed == pytest.approx(scores(copied, [name])[name], abs=1e-12), name


def test_what_is_not_defined_is_refused():
    case = predictions(n=50, n_classes=2, present=1)
    with pytest.raises(DataError, match=r"roc_auc is not defined on the test part.*`report.metrics`"):
        check_defined(scores(case, ["roc_auc"]), "test")


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
    also = {
        "median_absolute_error": sk.median_absolute_error(*given),
        "mape": sk.mean_absolute_percentage_error(*given),
        "pinball_10": sk.mean_pinball_loss(*given, alpha=0.1),
        "pinball_90": sk.mean_pinball_loss(*given, alpha=0.9),
    }
    found = scores(case, also)
    assert {name: found[name] for name in also} == pytest.approx(also)


def test_a_metric_of_the_other_task_lists_those_that_fit(params):
    with pytest.raises(
        ParamsError, match=r"metric: got 'accuracy', but data 'digits' is a regression; allowed: mae, r"
    ):
        check_metric(params, "regression")
