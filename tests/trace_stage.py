"""Run a stage and tell what it opened, imported and read: python trace_stage.py SCRIPT OUT."""

import json
import os
import runpy
import sys
from pathlib import Path

ROOT = Path.cwd().resolve()
opened: set[str] = set()
read: set[str] = set()


def inside(path):
    try:
        return Path(ROOT, os.fsdecode(path)).resolve().relative_to(ROOT).as_posix()
    except (TypeError, ValueError):
        return None


def note_open(event, arguments):
    if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        opened.add(os.fsdecode(arguments[0]))


def files():
    """Return the files below that were opened: to resolve a path takes long, so each is only once."""
    found = {inside(path) for path in opened if "__pycache__" not in path}
    return {path for path in found if path and not Path(path).is_dir()}


def modules():
    """Return those of the package that were imported: `main` has put its folder first, as it is."""
    loaded = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    found = {inside(file) for file in loaded if file and file.startswith(f"{ROOT}/")}
    return {path for path in found if path and path.startswith("src/")}


def watch(section, prefix):
    """Note each field that is read from now on."""
    names = set(section.__dataclass_fields__)
    original = section.__getattribute__

    def noting(self, name):
        if name in names:
            read.add(f"{prefix}{name}")
        return original(self, name)

    section.__getattribute__ = noting


def main(script, out):
    sys.addaudithook(note_open)
    sys.path[0] = str(ROOT / "src")
    import retrace.core.params as params

    for name in ("Preprocess", "Split", "Features", "Train", "Report"):
        watch(getattr(params, name), f"{name.lower()}.")
    watch(params.Params, "")
    load = params.load_params

    def load_without_noting():
        loaded = load()
        read.clear()
        return loaded

    params.load_params = load_without_noting
    runpy.run_path(script, run_name="__main__")
    found = {
        "opened": sorted(files()),
        "imported": sorted(modules()),
        "read": sorted(read),
    }
    Path(out).write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
