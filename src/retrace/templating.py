"""Values into pages: one way to fill a template, and one to keep names from breaking a table."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def render(template: Path, context: dict[str, Any]) -> str:
    """Fill a template.

    What goes into a ``.html.j2`` page is escaped; in Markdown, names go through the filter ``cell``.

    Parameters
    ----------
    template : Path
        A file whose name ends in ``.html.j2`` or ``.md.j2``.
    context : dict
        The values by name; a name that the template uses and this lacks is an error.
    """
    environment = Environment(
        loader=FileSystemLoader(template.parent),
        undefined=StrictUndefined,
        autoescape=template.name.endswith(".html.j2"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = markdown_cell
    return environment.get_template(template.name).render(context)


def markdown_cell(text: object) -> str:
    """Keep a name from the data from breaking a Markdown table or adding markup to the page."""
    escaped = "".join(f"\\{char}" if char in r"\`*_{}[]<>|#@!~$&" else char for char in str(text))
    return " ".join(escaped.split())
