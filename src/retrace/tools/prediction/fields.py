"""What one row of a table holds: its fields, the values that are known of each, and typical ones."""

from typing import Any

import numpy as np

from retrace.readers.shared.table_description import Description
from retrace.tools.prediction.predictor import Predictor

OFFERED = 50  # values of a category; any other may be written


def form_fields(predictor: Predictor) -> list[dict[str, Any]]:
    """Return what a form of a table's row asks for: name, kind, known values and an example."""
    described = predictor.source.description
    rules = (described.columns or {}) if isinstance(described, Description) else {}
    typical = _typical(predictor)
    fields = []
    for name, kind in predictor.columns.items():
        rule = rules.get(name)
        own = rule.kind if rule is not None and rule.kind in ("ordered", "date") else kind
        values = list(rule.order or []) if rule is not None else []
        values = values or sorted(value for value in predictor.known.get(name, ()) if value != "nan")
        example = typical.get(name, 0.0) if own == "number" else (values or [""])[0]
        fields.append({"name": name, "kind": own, "values": values[:OFFERED], "example": example})
    return fields


def _typical(predictor: Predictor) -> dict[str, float]:
    """Return the number that fills a gap in each column, where the model has learned one."""
    encode = predictor.model.named_steps.get("encode")
    for name, fitted, columns in getattr(encode, "transformers_", []):
        if name == "numbers" and hasattr(fitted[0], "statistics_"):
            numbers = np.nan_to_num(np.asarray(fitted[0].statistics_, np.float64))
            return {name: float(f"{n:.4g}") for name, n in zip(columns, numbers, strict=True)}
    return {}
