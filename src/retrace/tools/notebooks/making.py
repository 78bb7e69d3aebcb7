"""Scripts and stages made of notebooks, and made again."""

import ast
import shlex
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from retrace.core.artifacts import save_text
from retrace.core.errors import RetraceError, first_few
from retrace.tools.dependencies.marks import marks_of, options_of
from retrace.tools.notebooks.declaring import Declared, declared
from retrace.tools.notebooks.naming import SCRIPTS, check_stage_name, from_top, script_of
from retrace.tools.notebooks.reading import fingerprint, read_cells
from retrace.tools.notebooks.script import Made, body_of, docstring_of, read_made, with_header
from retrace.tools.notebooks.staging import SECTION, definition_of
from retrace.tools.repository.definitions import (
    Definition,
    commands_in,
    with_changed_stage,
    with_stage,
    with_values,
)

PIPELINE, PARAMS = Path("dvc.yaml"), Path("params.yaml")


@dataclass
class Changes:
    """Files as they are to be, and lines that say what changes."""

    files: dict[Path, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def text(self, path: Path) -> str:
        """Return what a file is to hold; nothing where there is none."""
        if path in self.files:
            return self.files[path]
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def write(self) -> None:
        """Write all of them, or none where DVC cannot read the pipeline then."""
        before = {path: path.read_bytes() if path.is_file() else None for path in self.files}
        try:
            for path, text in self.files.items():
                save_text(text, path)
            if PIPELINE in self.files:
                from retrace.tools.repository.stages import run_order

                run_order()
        except BaseException:
            for path, content in before.items():
                path.unlink(missing_ok=True) if content is None else path.write_bytes(content)
            raise


def add_stage(
    notebook: Path, *, name: str | None, chosen: Mapping[str, str], page: str | None
) -> Changes:
    """Make the script of a notebook and a stage that runs it.

    Parameters
    ----------
    notebook : Path
        A ``.ipynb``, or a ``.py`` with cells.
    name : str or None
        Of the stage; None: that of the script.
    chosen : dict
        Other paths of inputs and outputs than the notebook has.
    page : str or None
        Where the executed notebook is kept.

    Raises
    ------
    RetraceError
        The notebook cannot be a stage, or what is here stands in the way.
    """
    notebook = from_top(notebook)
    script = script_of(notebook)
    changes = Changes()
    made = _own_script(script, notebook)
    has_page = bool(page) or (made is not None and made.has_page)
    declaration = declared(read_cells(notebook), notebook)
    stage = name or script.stem
    check_stage_name(stage)
    if stage in commands_in(changes.text(PIPELINE)):
        raise RetraceError(
            f"{PIPELINE} has a stage {stage}: `retrace stage sync` brings what changed in a notebook,"
            " --name makes another stage of it"
        )
    _put(changes, script, notebook, declaration, made, has_page)
    definition = definition_of(docstring_of(declaration), script, notebook, chosen=chosen, page=page)
    changes.files[PIPELINE] = with_stage(changes.text(PIPELINE), stage, definition)
    changes.said.append(f"{PIPELINE}: + {stage}: {definition.command}")
    return changes


def sync(notebooks: Iterable[Path] = ()) -> Changes:
    """Make scripts again whose notebooks changed, and their stages.

    Parameters
    ----------
    notebooks : iterable of Path
        Empty: all of which there are scripts.

    Raises
    ------
    RetraceError
        A script was edited by hand, or a notebook is not there.
    """
    wanted = {from_top(notebook) for notebook in notebooks}
    made = [each for each in all_made() if not wanted or each.notebook in wanted]
    if missing := wanted - {each.notebook for each in made}:
        raise RetraceError(f"{min(missing)} has no script yet: `retrace stage add {min(missing)}`")
    changes = Changes()
    for each in made:
        _refuse_edited(each)
        declaration = declared(read_cells(each.notebook), each.notebook)
        _put(changes, each.path, each.notebook, declaration, each, each.has_page)
    return changes


def differences() -> list[str]:
    """Return a line for each script that is not what its notebook makes."""
    return [line for each in all_made() if (line := _difference(each))]


def all_made() -> list[Made]:
    """Return the scripts that were made from notebooks, by name."""
    scripts = (read_made(path) for path in sorted(SCRIPTS.glob("*.py")))
    return [made for made in scripts if made]


def _difference(made: Made) -> str | None:
    if made.edited:
        return _edited(made)
    if not made.notebook.is_file():
        return f"{made.path} was made from {made.notebook}, which is not there: bring it back"
    if fingerprint(made.notebook) == made.fingerprint:
        return None
    declaration = declared(read_cells(made.notebook), made.notebook)
    if body_of(declaration, made.notebook, page=made.has_page) == made.body:
        return None
    return f"{made.path} is not what {made.notebook} makes now: run `retrace stage sync`"


def _edited(made: Made) -> str:
    return (
        f"{made.path} was edited by hand, and is made from {made.notebook}: bring the edit there, then"
        f" `git checkout {made.path}` and `retrace stage sync`"
    )


def _refuse_edited(made: Made) -> None:
    if made.edited:
        raise RetraceError(_edited(made))


def _own_script(script: Path, notebook: Path) -> Made | None:
    """Return the script that is there; refuse one of another origin."""
    if not script.exists():
        return None
    made = read_made(script)
    if made is None or made.notebook != notebook:
        origin = f"made from {made.notebook}" if made else "not made from a notebook"
        raise RetraceError(f"{script} is there and was {origin}: rename {notebook}")
    _refuse_edited(made)
    return made


def _put(
    changes: Changes, script: Path, notebook: Path, declaration: Declared, made: Made | None, page: bool
) -> None:
    """Note what a notebook changes: its script, its values in params.yaml, the stages that it has."""
    body = body_of(declaration, notebook, page=page)
    if made is None or body != made.body:
        changes.files[script] = with_header(body, notebook, fingerprint(notebook))
        changes.said.append(f"{script}: made from {notebook}")
    _put_values(changes, script.stem, declaration, made)
    if made is not None and body != made.body:
        _put_stages(changes, made, docstring_of(declaration))


def _put_values(changes: Changes, name: str, declaration: Declared, made: Made | None) -> None:
    before = changes.text(PARAMS)
    if not declaration.values and f"\n{SECTION}:" not in f"\n{before}":
        return
    only = declaration.values if made else None
    after = with_values(before, [SECTION, name], declaration.values, only=only)
    if after != before:
        changes.files[PARAMS] = after
        changes.said.append(
            f"{PARAMS}: {SECTION}.{name} has {first_few(list(declaration.values)) or 'nothing'}"
        )


def _put_stages(changes: Changes, made: Made, docstring: str) -> None:
    """Bring what changed in a notebook's fields into the stages that run its script."""
    text = changes.text(PIPELINE)
    old = ast.get_docstring(ast.parse(made.body)) or ""
    for stage, command in commands_in(text).items():
        if made.path.as_posix() not in command:
            continue
        before, chosen, page = _as_it_was(old, made, command)
        if before is None:
            changes.said.append(f"{PIPELINE}: {stage} was changed by hand, and stays: does it fit?")
            continue
        after = definition_of(docstring, made.path, made.notebook, chosen=chosen, page=page)
        if after != before:
            text = with_changed_stage(text, stage, before, after)
            changes.files[PIPELINE] = text
            changes.said.append(f"{PIPELINE}: {stage}: {after.command}")


def _as_it_was(
    docstring: str, made: Made, command: str
) -> tuple[Definition | None, dict[str, str], str | None]:
    """Return the definition that a stage's command comes from, and what was chosen for it."""
    options: dict[str, list[str]] = {}
    with suppress(ValueError):
        options = options_of(shlex.split(command))
    own = {mark.name: mark.text for mark in marks_of(docstring) if mark.name and mark.kind != "param"}
    chosen = {name: options[name][0] for name in own if options.get(name)}
    page = options.get("html", [None])[0]
    whole = not own
    made_before = definition_of(
        docstring, made.path, made.notebook, chosen={} if whole else chosen, page=page
    )
    others = {name: path for name, path in chosen.items() if path != own[name]}
    return (made_before if made_before.command == command else None), others, page
