"""Which keys of params.yaml a program reads, as far as its text shows it.

Values are followed from where params are loaded: through names, subscripts, attributes, and calls of the
project's own functions. What goes elsewhere is read as a whole; where all of the params go elsewhere, it
cannot be seen, and that is said.
"""

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from retrace.tools.dependencies.names import Names, dotted
from retrace.tools.dependencies.values import ANY, Arguments, File, Frame, Held, Reading, Value, bind

# What returns params, by its full name: the file that it reads where no other is named.
ACCESSORS = {"dvc.api.params_show": "params.yaml", "retrace.core.params.load_params": "params.yaml"}

LOADERS = {"load", "safe_load", "full_load", "unsafe_load", "loads", "load_yaml", "read_yaml"}

# Whose loader reads which files, where only the command names the file.
KINDS = {
    ".yaml": ("yaml", "omegaconf"),
    ".yml": ("yaml", "omegaconf"),
    ".json": ("json",),
    ".toml": ("toml",),
}

DEEPEST = 12


class KeyReader:
    """Follows the params of one program.

    Parameters
    ----------
    names : Names
        Of the program.
    files : mapping of str to dict
        The files of params by name, with their values.
    named : str
        The file of params that the command itself names; empty where it names none.
    """

    def __init__(self, names: Names, files: Mapping[str, Any], named: str = "") -> None:
        self.names, self.files, self.named = names, files, named
        self.reading = Reading()
        self._results: dict[Any, Held] = {}
        self._modules: dict[Path | None, dict[str, Held]] = {}
        self._near = names.near(_mention(files, named), {each.rpartition(".")[0] for each in ACCESSORS})

    def read(self, paths: Iterable[Path | None]) -> Reading:
        """Return what files read that run as programs; None stands for code that is in no file."""
        for path in paths:
            scope = self.module(path)
            for function in self.names.functions(path):
                self._body(function, Frame(path, dict(scope), 1))
        return self.reading

    def module(self, path: Path | None) -> dict[str, Held]:
        """Return what the names of a file's own level hold."""
        if path not in self._modules:
            self._modules[path] = {}
            if path in self._near:
                self._statements(self.names.tree(path).body, Frame(path, self._modules[path]))
        return self._modules[path]

    def _body(self, function: Any, frame: Frame) -> Held:
        returned = self._statements(function.body, frame)
        return next((each for each in returned if each is not None), None)

    def _statements(self, statements: Iterable[ast.AST], frame: Frame) -> list[Held]:
        returned: list[Held] = []
        for node in statements:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                if frame.depth:  # inside of a function it sees that one's names
                    self._statements(node.body, frame.inner())
            elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                self._assign(targets, self._value(node.value, frame), frame)
            elif isinstance(node, ast.Return):
                if node.value is not None:
                    returned.append(self._value(node.value, frame))
            else:
                returned += self._inside(node, frame)
        return returned

    def _inside(self, node: ast.AST, frame: Frame) -> list[Held]:
        """Look at what a node holds: expressions are used, statements may return."""
        returned: list[Held] = []
        for _, held in ast.iter_fields(node):
            for item in held if isinstance(held, list) else [held]:
                if isinstance(item, ast.withitem):
                    value = self._value(item.context_expr, frame)
                    if isinstance(item.optional_vars, ast.Name):
                        frame.scope[item.optional_vars.id] = value
                elif isinstance(item, ast.expr):
                    self._use(self._value(item, frame), item, frame)
                elif isinstance(item, ast.stmt):
                    returned += self._statements([item], frame)
                elif isinstance(item, ast.AST):
                    returned += self._inside(item, frame)
        return returned

    def _assign(self, targets: Sequence[ast.expr], value: Held, frame: Frame) -> None:
        for target in targets:
            if isinstance(target, ast.Name):
                frame.scope[target.id] = value
            else:
                self._use(value, target, frame)

    def _use(self, value: Held, node: ast.AST, frame: Frame) -> None:
        """Note that a value goes where it cannot be followed."""
        if isinstance(value, Value) and value.path:
            self.reading.values.add(value)
        elif isinstance(value, Value):
            self.reading.unseen.add(f"{self.names.shown(frame.path)}:{getattr(node, 'lineno', 1)}")

    def _child(self, value: Value, key: str) -> Value:
        child = Value(value.file, (*value.path, key))
        if not isinstance(self._at(child), Mapping):
            self.reading.values.add(child)
        return child

    def _at(self, value: Value) -> Any:
        entry: Any = self.files.get(value.file, {})
        for key in value.path:
            if key == ANY:
                return {}
            entry = entry.get(key) if isinstance(entry, Mapping) else None
        return entry

    def _value(self, node: ast.AST, frame: Frame) -> Held:
        """Return the place in the params that an expression stands for; None where it is none."""
        if isinstance(node, ast.Name):
            return frame.scope[node.id] if node.id in frame.scope else self._elsewhere(node.id, frame)
        if isinstance(node, ast.Constant):
            return self._file(node.value)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, frame)
        if isinstance(node, ast.Subscript):
            return self._subscript(node, frame)
        if isinstance(node, ast.Call):
            return self._call(node, frame)
        if isinstance(node, ast.NamedExpr):
            value = self._value(node.value, frame)
            self._assign([node.target], value, frame)
            return value
        self._inside(node, frame)
        return None

    def _elsewhere(self, name: str, frame: Frame) -> Held:
        """Look a name up in its own file, then in the one that it is imported from."""
        own = self._modules.get(frame.path, {})
        if name in own:
            return own[name]
        place = self.names.imported(name, frame.path)
        return self.module(place[0]).get(place[1]) if place and place[1] else None

    def _file(self, text: object) -> File | None:
        named = (name for name in self.files if isinstance(text, str) and text.endswith(name))
        return next(map(File, named), None)

    def _attribute(self, node: ast.Attribute, frame: Frame) -> Held:
        value = self._value(node.value, frame)
        if not isinstance(value, Value):
            return value or self._elsewhere(dotted(node), frame)
        if node.attr in (self._at(value) or {}):
            return self._child(value, node.attr)
        self._use(value, node, frame)
        return None

    def _subscript(self, node: ast.Subscript, frame: Frame) -> Held:
        value = self._value(node.value, frame)
        if isinstance(value, Value) and isinstance(node.slice, ast.Constant):
            return self._child(value, str(node.slice.value))
        self._use(self._value(node.slice, frame), node, frame)
        return Value(value.file, (*value.path, ANY)) if isinstance(value, Value) else None

    def _call(self, node: ast.Call, frame: Frame) -> Held:
        if isinstance(node.func, ast.Attribute):
            owner = self._value(node.func.value, frame)
            if isinstance(owner, Value):
                return self._method(owner, node, frame)
            if isinstance(owner, File):
                return owner  # `path.open()`, `path.read_text()`
        arguments: Arguments = [(None, self._value(each, frame)) for each in node.args]
        arguments += [(each.arg or ANY, self._value(each.value, frame)) for each in node.keywords]
        held = [value for _, value in arguments if value is not None]
        name = self.names.full_name(dotted(node.func), frame.path)
        if name in ACCESSORS:
            return Value(next((each.name for each in held if isinstance(each, File)), ACCESSORS[name]))
        if name and (function := self.names.function(dotted(node.func), frame.path)):
            return self._own(*function, arguments, node, frame)
        return self._foreign(name or ast.unparse(node.func), held, node, frame)

    def _method(self, owner: Value, node: ast.Call, frame: Frame) -> Held:
        name, first = getattr(node.func, "attr", ""), node.args[0] if node.args else None
        for each in node.args[1:]:
            self._use(self._value(each, frame), node, frame)
        if name == "get" and isinstance(first, ast.Constant):
            return self._child(owner, str(first.value))
        self._use(owner, node, frame)
        return None

    def _foreign(self, name: str, held: Sequence[Held], node: ast.Call, frame: Frame) -> Held:
        """Look at a call of a library: one that loads a file, opens one, or takes values away."""
        files = [each.name for each in held if isinstance(each, File)]
        if name.rpartition(".")[2] in LOADERS:
            if not files and self._loads_named(name, node):
                files = [self.named]
            return Value(files[0]) if files else None
        for value in held:
            self._use(value, node, frame)
        return File(files[0]) if files else None

    def _loads_named(self, name: str, node: ast.Call) -> bool:
        suffix = Path(self.named).suffix
        of_its_kind = any(each in name.lower() for each in KINDS.get(suffix, ()))
        return of_its_kind and bool(node.args) and not isinstance(node.args[0], ast.Constant)

    def _own(
        self, path: Path | None, definition: Any, arguments: Arguments, node: ast.AST, frame: Frame
    ) -> Held:
        """Follow a function of the project, or the making of one of its classes."""
        if path not in self._near and not any(value for _, value in arguments):
            return None
        called = self.names.called(definition)
        if called is None or frame.depth >= DEEPEST:
            for _, value in arguments:
                self._use(value, node, frame)
            return None
        bound, rest = bind(called, arguments, method=called is not definition)
        for value in rest:
            self._use(value, node, frame)
        key = (path, called.lineno, frozenset(bound.items()))
        if key not in self._results:
            self._results[key] = None
            self.module(path)
            self._results[key] = self._body(called, Frame(path, dict(bound), frame.depth + 1))
        return self._results[key]


def _mention(files: Iterable[str], named: str) -> re.Pattern[str]:
    """Return what a file holds that loads params: their name as a text, an accessor, any loader."""
    words = [rf"{re.escape(name)}[\"']" for name in files]
    words += [rf"\b{name.rpartition('.')[2]}\b" for name in ACCESSORS]
    return re.compile("|".join([*words, *(["load"] if named else [])]))
