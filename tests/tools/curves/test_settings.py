import dataclasses

import pytest

from project import ROOT
from retrace.core.errors import ParamsError
from retrace.tools.curves.settings import settings_of


@pytest.fixture
def svm(params):
    return dataclasses.replace(params, model="svm", metric="f1_macro")


def test_each_value_comes_with_its_params(svm):
    found = settings_of(svm, "models.svm.C=0.1,1", ROOT / "params.yaml")
    assert [(value, one.models["svm"]["C"]) for value, one in found] == [(0.1, 0.1), (1, 1)]
    assert {one.metric for _, one in found} == {"f1_macro"}


def test_features_may_be_varied(svm):
    found = settings_of(svm, "features.text.min_df=1,2,5", ROOT / "params.yaml")
    assert [value for value, _ in found] == [1, 2, 5]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ("split.seed=1,2", r"got 'split\.seed=1,2', should be models\.svm\.<name>=<values>"),
        ("models.knn.n_neighbors=1,2", r"should be models\.svm\.<name>"),
        ("models.svm.C=1", "should be several: models.svm.C=1,2,3"),
        ("models.svm.D=1,2", r"models\.svm\.D is not a known key"),
        ("features.scale=robust,none", r"features\.scale"),
    ],
)
def test_what_is_no_curve_is_refused(svm, values, says):
    with pytest.raises(ParamsError, match=says):
        settings_of(svm, values, ROOT / "params.yaml")
