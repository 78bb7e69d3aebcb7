"""What a notebook declares in, the text of its script out: the same bytes each time."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from retrace.tools.notebooks.arguments import Argument
from retrace.tools.notebooks.declaring import Declared
from retrace.tools.notebooks.reading import INSTALL

TEMPLATE = Path(__file__).parent / "templates/page.txt"

# Above what is hashed, so that a change of a notebook's text alone is no change of its script.
HEADER = """\
# Made from {notebook} by `retrace stage`: edit the notebook, then run `retrace stage sync`.
# notebook {fingerprint}, below {body}
"""

MADE = re.compile(
    r"# Made from (?P<notebook>.+?) by `retrace stage`: .*\n"
    r"# notebook (?P<fingerprint>[0-9a-f]{16}), below (?P<body>[0-9a-f]{16})\n"
)

KEEP_PAGE = "_keep_page"


@dataclass(frozen=True, kw_only=True)
class Made:
    """A script that was made from a notebook.

    Attributes
    ----------
    path, notebook : Path
        From the project's top folder.
    fingerprint : str
        Of the notebook that it was made from.
    edited : bool
        Whether it is no longer what was made.
    body : str
        All below its header.
    """

    path: Path
    notebook: Path
    fingerprint: str
    edited: bool
    body: str

    @property
    def has_page(self) -> bool:
        """Whether it can keep the executed notebook as a page."""
        return f"def {KEEP_PAGE}(" in self.body


def body_of(declared: Declared, notebook: Path, *, page: bool) -> str:
    """Return a script without its header.

    Parameters
    ----------
    declared : Declared
        What the notebook says of its stage.
    notebook : Path
        From the project's top folder.
    page : bool
        Whether it gets the option ``--html``.
    """
    imports = ["import argparse", *(["import os", "import sys"] if page else [])]
    blocks = [
        "# ruff: noqa\n# fmt: off\n# mypy: ignore-errors",
        f'"""{docstring_of(declared)}\n"""',
        "\n".join(imports),
        *([_page(declared, notebook)] if page else []),
        "\n".join(_parser(declared, page=page)),
        *(f"# %%\n{code}" for code in declared.code),
    ]
    return "\n\n".join(blocks) + "\n"


def docstring_of(declared: Declared) -> str:
    """Return a script's docstring: what the notebook says of it, with each path from the top folder."""
    fields = [
        f":param {each.shown} {each.name}:{f' {each.help}' if each.help else ''}"
        for each in declared.arguments
    ]
    fields += [f":{' '.join((mark.kind, *mark.words))}: {mark.text}" for mark in declared.marks]
    text = "\n\n".join(filter(None, [declared.about, "\n".join(fields)]))
    return text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"') or "A step of the pipeline."


def with_header(body: str, notebook: Path, fingerprint: str) -> str:
    """Return a whole script."""
    header = HEADER.format(notebook=notebook.as_posix(), fingerprint=fingerprint, body=_hash(body))
    return header + body


def read_made(path: Path) -> Made | None:
    """Return a script that was made from a notebook; None of any other."""
    text = path.read_text(encoding="utf-8", errors="replace")
    header = MADE.match(text)
    if header is None:
        return None
    body = text[header.end() :]
    return Made(
        path=path,
        notebook=Path(header["notebook"]),
        fingerprint=header["fingerprint"],
        edited=_hash(body) != header["body"],
        body=body,
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _page(declared: Declared, notebook: Path) -> str:
    text = TEMPLATE.read_text(encoding="utf-8").rstrip()
    values = {
        "install": INSTALL,
        "notebook": _literal(notebook.as_posix()),
        "position": str(declared.position),
    }
    for name, value in values.items():
        text = text.replace(f"{{{{ {name} }}}}", value)
    return text


def _parser(declared: Declared, *, page: bool) -> Iterator[str]:
    about = " ".join(declared.about.split("\n\n")[0].split())
    yield f"_parser = argparse.ArgumentParser({f'description={_help(about)}' if about else ''})"
    for each in declared.arguments:
        options = dict.fromkeys([f"--{each.name.replace('_', '-')}", f"--{each.name}"])
        shown = [*map(_literal, options), f"dest={_literal(each.name)}", *_options(each)]
        yield f"_parser.add_argument({', '.join(shown)})"
    if page:
        yield '_parser.add_argument("--html", help="Run the notebook itself, and keep it as this page.")'
    yield "_arguments = _parser.parse_args()"
    names = [each.name for each in declared.arguments]
    if page:
        values = ", ".join(f"{_literal(name)}: _arguments.{name}" for name in names)
        yield f"if _arguments.html:\n    {KEEP_PAGE}(_arguments.html, {{{values}}})\n    sys.exit()"
    yield from (f"{name} = _arguments.{name}" for name in names)


def _options(argument: Argument) -> Iterator[str]:
    flag = argument.type == "bool" and not argument.many
    if flag:  # of one that is false DVC gives none
        yield 'action="store_true"'
    elif argument.type != "str" or argument.nullable:
        kind = 'lambda word: word == "true"' if argument.type == "bool" else argument.type
        read = f'lambda word: None if word == "None" else {argument.type}(word)'
        yield f"type={read if argument.nullable else kind}"
    if argument.many:  # of an empty list DVC gives none
        yield from ('nargs="*"', "default=[]")
    elif not flag:
        yield "required=True"
    if argument.help:
        yield f"help={_help(argument.help)}"


def _help(text: str) -> str:
    return _literal(text.replace("%", "%%"))


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
