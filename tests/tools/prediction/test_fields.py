from fitted_models import fitted
from made_datasets import mixed_dataset
from retrace.tools.prediction.fields import form_fields


def test_a_form_knows_the_values_of_a_category_and_a_typical_number(params):
    predictor, _ = fitted(params, mixed_dataset(), "logistic_regression")
    fields = {field["name"]: field for field in form_fields(predictor)}
    assert fields["port"]["values"] == ["a", "b", "c"]
    assert fields["count"]["kind"] == "number"
    assert 1.6e9 <= fields["stamp"]["example"] < 1.7e9
