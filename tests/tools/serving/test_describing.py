from retrace.tools.serving.describing import contents_of, form_fields, row_schema


def test_a_form_knows_the_values_of_a_category_and_a_typical_number(predictors):
    fields = {field["name"]: field for field in form_fields(predictors["table"][0])}
    assert fields["port"]["values"] == ["a", "b", "c"]
    assert fields["count"]["kind"] == "number"
    assert 1.6e9 <= fields["stamp"]["example"] < 1.7e9


def test_an_image_is_rows_of_pixels(predictors):
    schema = row_schema(predictors["images"][0])
    assert (schema["minItems"], schema["items"]["maxItems"]) == (8, 8)
    assert schema["items"]["items"]["maximum"] == 255


def test_each_kind_has_its_types(predictors):
    types = {kind: list(contents_of(found[0])) for kind, found in predictors.items()}
    assert types["table"] == ["application/json", "text/csv"]
    assert types["texts"] == ["application/json", "text/plain"]
    assert types["images"] == ["application/json", "image/png", "image/jpeg"]
