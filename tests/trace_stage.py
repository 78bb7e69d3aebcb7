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
        path = inside(arguments[0])
        if path and "__pycache__" not in path and not Path(path).is_dir():
            opened.add(path)


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
    files = {
        inside(module.__file__)
        for module in list(sys.modules.values())
        if getattr(module, "__file__", None)
    }
    found = {
        "opened": sorted(opened),
        "imported": sorted(file for file in files if file and file.startswith("src/")),
        "modules": sorted(sys.modules),
        "read": sorted(read),
    }
    Path(out).write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
