"""Values into pages: one way to fill a template, and one to keep names from breaking a table."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape


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
    prose = html_prose if environment.autoescape else markdown_prose
    environment.filters |= {"cell": markdown_cell, "code": markdown_code, "prose": prose}
    return environment.get_template(template.name).render(context)


def markdown_cell(text: object) -> str:
    """Keep a name from the data from breaking a Markdown table or adding markup to the page."""
    return " ".join(_escaped(str(text)).split())


def markdown_code(text: object) -> str:
    """Show a name as code, where GitHub sees neither markup nor a person's name in it."""
    if "`" in str(text) or not str(text).strip():
        return markdown_cell(text)
    return f"`{' '.join(str(text).split())}`".replace("|", "\\|")


def markdown_prose(text: str) -> str:
    """Escape a sentence, but keep what stands in pairs of backticks as code."""
    pieces = " ".join(text.split()).split("`")
    if len(pieces) % 2 == 0:
        return markdown_cell(text)
    return "".join(
        f"`{piece}`" if position % 2 else _escaped(piece) for position, piece in enumerate(pieces)
    )


def html_prose(text: str) -> Markup:
    """Escape a sentence for a page; what stands in pairs of backticks is code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if position % 2 else escape(piece)
        for position, piece in enumerate(pieces)
    )


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in r"\`*_{}[]<>|#@!~$&" else char for char in text)
