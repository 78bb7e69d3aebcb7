"""What the model takes, for programs (OpenAPI) and for the page's form."""

import copy
from typing import Any

import numpy as np

from retrace.tools.prediction.fields import OFFERED, form_fields
from retrace.tools.prediction.predictor import Predictor
from retrace.tools.serving.bodies import CSV, IMAGE, JSON, TEXT
from retrace.tools.serving.model import Served

ROW = "Row"

STATUSES = {
    400: "The body is not of its type, or cut off",
    401: "A token is asked for",
    408: "The body took too long",
    413: "The body is too large, or has too many rows",
    415: "The model does not take this type of content",
    422: "Rows that the model cannot take; details name them",
    429: "Too many requests",
}


def row_schema(predictor: Predictor) -> dict[str, Any]:
    """Return the JSON schema of one row."""
    if predictor.kind == "text":
        return {"type": "string", "examples": ["A text, as long as it is."]}
    if predictor.kind == "image":
        height, width, channels = _shape(predictor)
        pixel: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 255}
        if channels > 1:
            pixel = _array(pixel, channels)
        return _array(_array(pixel, width), height)
    return {
        "type": "object",
        "properties": {field["name"]: _column(field) for field in form_fields(predictor)},
        "required": list(predictor.columns),
    }


def _array(items: dict[str, Any], length: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": length, "maxItems": length}


def _shape(predictor: Predictor) -> tuple[int, int, int]:
    shape = predictor.signature.shape
    return (shape[0], shape[1], shape[2]) if len(shape) == 3 else (0, 0, 1)


def _column(field: dict[str, Any]) -> dict[str, Any]:
    if field["kind"] == "number":
        return {
            "type": ["number", "null"],
            "examples": [field["example"]],
            "minimum": -1e9,
            "maximum": 1e9,
        }
    kinds: dict[str, Any] = {"type": ["string", "null"], "examples": field["values"][:OFFERED]}
    if field["kind"] == "ordered":
        return {"enum": [*field["values"], None]}
    if field["kind"] == "date":
        kinds |= {"format": "date"}
    return kinds


def contents_of(predictor: Predictor) -> dict[str, Any]:
    """Return the types of content that `/predict` takes, each with its schema."""
    rows = {
        "type": "object",
        "properties": {"rows": {"type": "array", "items": row_schema(predictor), "minItems": 1}},
        "required": ["rows"],
    }
    raw = {"schema": {"type": "string", "format": "binary"}}
    tables = {JSON: {"schema": rows}, CSV: {"schema": {"type": "string"}}}
    if predictor.kind == "tabular":
        return tables
    if predictor.kind == "text":
        return tables | {TEXT: {"schema": {"type": "string", "minLength": 1}}}
    photos = {f"{IMAGE}png": raw, f"{IMAGE}jpeg": raw}
    return ({JSON: {"schema": rows}} if predictor.signature.kind == "image" else {}) | photos


def openapi_of(base: dict[str, Any], served: Served, *, tokens: bool) -> dict[str, Any]:
    """Complete FastAPI's description with what this model takes."""
    openapi = copy.deepcopy(base)
    post = openapi["paths"]["/predict"]["post"]
    post["requestBody"] = {"required": True, "content": contents_of(served.predictor)}
    refusal = {"$ref": "#/components/schemas/Refusal"}
    post["responses"] |= {
        str(status): {"description": why, "content": {JSON: {"schema": refusal}}}
        for status, why in STATUSES.items()
    }
    if tokens:
        schemes = {"token": {"type": "http", "scheme": "bearer"}}
        openapi.setdefault("components", {})["securitySchemes"] = schemes
        openapi["security"] = [{"token": []}]
    return openapi


def version_of(served: Served) -> dict[str, Any]:
    """Return what is known of the model: hashes, data, metrics with intervals."""
    source, promise = served.source, served.promise
    metrics = {}
    if promise is not None:
        metrics = {
            name: {"value": value, "low": _number(low), "high": _number(high)}
            for name, value in promise.values.items()
            for low, high in [(promise.intervals[name].low, promise.intervals[name].high)]
        }
    return {
        "model": {
            "name": source.name,
            "md5": source.md5,
            "commit": source.commit,
            "dvc.lock": source.lock,
            "estimator": type(served.predictor.model["model"]).__name__,
            "onnx": served.session is not None,
        },
        "data": {
            "name": source.data,
            "title": source.description.title,
            "licence": source.description.licence,
            "citation": source.description.citation or "",
        },
        "metric": promise.metric if promise else None,
        "test_rows": len(promise.rows) if promise else 0,
        "metrics": metrics,
        "notes": list(source.notes),
    }


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None
