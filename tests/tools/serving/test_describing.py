from retrace.tools.serving.describing import contents_of, row_schema


def test_an_image_is_rows_of_pixels(predictors):
    schema = row_schema(predictors["images"][0])
    assert (schema["minItems"], schema["items"]["maxItems"]) == (8, 8)
    assert schema["items"]["items"]["maximum"] == 255


def test_each_kind_has_its_types(predictors):
    types = {kind: list(contents_of(found[0])) for kind, found in predictors.items()}
    assert types["table"] == ["application/json", "text/csv"]
    assert types["texts"] == ["application/json", "text/csv", "text/plain"]
    assert types["images"] == ["application/json", "image/png", "image/jpeg"]
