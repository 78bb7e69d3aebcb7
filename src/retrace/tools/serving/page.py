"""The page at `/`: draw, fill in, drop or paste, and see what the model says; and that at `/docs`."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

from retrace.evaluation.intervals import number_text
from retrace.tools.prediction.fields import form_fields
from retrace.tools.serving.describing import version_of
from retrace.tools.serving.model import Served

TEMPLATES = Path(__file__).parent / "templates"

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src blob: data:;"
        " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

SMALL = 32  # pixels of an image that can be drawn


def page_of(served: Served, *, tokens: bool) -> str:
    """Write the page for a model."""
    settings = page_settings(served) | {"tokens": tokens}
    template = _environment().get_template("page.html")
    shown = {"card": version_of(served), "number": number_text}
    return template.render(**shown, settings=json.dumps(settings), **settings)


def docs_of(openapi: Mapping[str, Any], title: str, address: str) -> str:
    """Write the page that a person reads of the schema; it loads nothing, from here or elsewhere.

    Parameters
    ----------
    openapi : mapping
        As `/openapi.json` gives it.
    title : str
        Of the data.
    address : str
        Of the server, for lines to copy.
    """
    template = _environment().get_template("docs.html")
    tokens = "security" in openapi
    return template.render(title=title, paths=openapi["paths"], tokens=tokens, address=address)


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("retrace.tools.serving"), autoescape=select_autoescape(), trim_blocks=True
    )


def page_settings(served: Served) -> dict[str, Any]:
    """Return what the page's script has to know of the model."""
    predictor = served.predictor
    shape = predictor.signature.shape
    drawn = predictor.signature.kind == "image" and max(shape[:2]) <= SMALL and shape[-1] == 1
    return {
        "kind": predictor.kind,
        "classes": list(predictor.signature.classes),
        "fields": form_fields(predictor) if predictor.kind == "tabular" else [],
        "drawn": drawn,
        "shape": list(shape),
        # Of digits each pixel counts the inked ones of 4 x 4, as their authors did; others take greys.
        "ink": 16 if predictor.source.description.reader == "bundled" else 255,
    }


@cache
def script() -> str:
    """Return the page's script."""
    return (TEMPLATES / "page.js").read_text(encoding="utf-8")
