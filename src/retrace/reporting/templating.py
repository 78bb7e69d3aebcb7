"""Values into pages: one way to fill a template, and one to keep names from breaking a table."""

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

NO_WIDTH = "\u200b"

# They turn the order of what follows around: a name could look like another, or reach out of its cell.
BIDIRECTIONAL = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

MENTION = re.compile(r"([@#]|\bwww(?=\.))(?=\S)|:(?=//)")


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
    environment.globals["security_policy"] = security_policy
    environment.filters |= {"cell": markdown_cell, "code": markdown_code, "prose": prose}
    return environment.get_template(template.name).render(context)


def security_policy(scripts: Sequence[str] = (), images: str = "data:") -> Markup:
    """Return the element that lets a browser run a page's own scripts, and load or send nothing.

    Parameters
    ----------
    scripts : sequence of str
        Their hashes (`script_hash`).
    images : str
        Where pictures may come from.
    """
    allowed = " ".join(f"'{each}'" for each in scripts) or "'none'"
    return Markup(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none';"
        f" form-action 'none'; style-src 'unsafe-inline'; img-src {images}; script-src {allowed}\">"
    )


def script_hash(script: str) -> str:
    """Return what a page's Content-Security-Policy calls a script, so that a browser runs no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def json_in_script(text: str) -> str:
    """Escape JSON so that it cannot end the script element that holds it."""
    # JavaScript before ES2019 took the two separators, plain characters in JSON, for ends of lines.
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def markdown_cell(text: object) -> str:
    """Keep a name from the data from breaking a Markdown table or adding markup to the page."""
    return " ".join(_escaped(str(text)).split())


def markdown_code(text: object) -> str:
    """Show a name as code, whatever is in it; also in a table."""
    name = " ".join(str(text).split()) or '""'
    # GitHub reads \\| as an escaped backslash and the end of the cell, even inside of code.
    return markdown_fenced(name).replace("|", "¦" if "\\" in name else "\\|")


def markdown_fenced(name: str) -> str:
    """Show a name on one line as code, where GitHub sees neither markup nor a person's name in it."""
    longest = max((len(run) for run in re.findall("`+", name)), default=0)
    fence = "`" * (longest + 1)
    name = BIDIRECTIONAL.sub("\ufffd", name)
    pad = " " if "`" in (name[:1], name[-1:]) else ""
    return f"{fence}{pad}{name}{pad}{fence}"


def markdown_prose(text: str) -> str:
    """Escape a sentence, but keep what stands in pairs of backticks as code."""
    # A run of several backticks would pair otherwise than one by one.
    pieces = re.sub("`{2,}", "'", " ".join(text.split())).split("`")
    if len(pieces) % 2 == 0:
        return markdown_cell("`".join(pieces))
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
    # GitHub looks for people, issues and addresses in what Markdown has left, so only a space of no
    # width stops these.
    apart = MENTION.sub(rf"\g<0>{NO_WIDTH}", BIDIRECTIONAL.sub("\ufffd", text))
    return "".join(f"\\{char}" if char in r"\`*_{}[]<>|#@!~$&" else char for char in apart)
