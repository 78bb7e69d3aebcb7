"""A stage's command, run in a copy of the project, and the files that it opens there."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from retrace.core.errors import RetraceError
from retrace.tools.repository.git import listed
from retrace.tools.repository.stages import Stage

# Python runs a module of this name at its start, before any code of the project.
STARTS = "sitecustomize.py"

HOOK = Path(__file__).with_name("tracing_hook.py")


def opened_by(stage: Stage, stages: Iterable[Stage], root: Path) -> set[str]:
    """Run a stage in a copy, and return the project's files that its Python processes open.

    Code is copied; data, and what other stages make, are linked to. Nothing in the project changes.

    Parameters
    ----------
    stages : iterable of Stage
        All of the project: what they make is there for this one.
    root : Path
        The project's top folder.

    Returns
    -------
    set of str
        Paths from the top folder.

    Raises
    ------
    RetraceError
        The command fails.
    """
    with tempfile.TemporaryDirectory(prefix="retrace-deps-") as place:
        copy, notes = Path(place).resolve() / "copy", Path(place).resolve() / "notes"
        _fill(copy, stage, stages, root)
        (copy.parent / "starts").mkdir()
        (copy.parent / "starts" / STARTS).write_text(f"exec(open({str(HOOK)!r}).read())\n")
        command = stage.cmd if isinstance(stage.cmd, str) else " && ".join(stage.cmd)
        run = subprocess.run(
            command,
            shell=True,
            cwd=copy / stage.folder,
            env=os.environ | _environment(copy, notes),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if run.returncode:
            last_lines = (run.stderr or run.stdout).strip().splitlines()[-3:]
            raise RetraceError(
                f"{stage.name} does not run in a copy of the project: {' / '.join(last_lines)}"
            )
        lines = notes.read_text(errors="surrogateescape").splitlines() if notes.exists() else []
        paths = (Path(line) for line in lines)
        return {path.relative_to(copy).as_posix() for path in paths if path.is_relative_to(copy)}


def _environment(copy: Path, notes: Path) -> dict[str, str]:
    # The project's own package, which may be installed from where the project is, is that of the copy.
    places = [copy.parent / "starts", copy / "src", *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        "PYTHONPATH": os.pathsep.join(map(str, places)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "RETRACE_NOTES": str(notes),
    }


def _fill(copy: Path, stage: Stage, stages: Iterable[Stage], root: Path) -> None:
    own = {result.path for result in stage.results}
    for name in listed("ls-files", "-z", "--cached", "--others", "--exclude-standard", folder=root):
        if (root / name).is_file() and name not in own:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, copy / name)
    made = {result.path for each in stages for result in each.results}
    for name in sorted({*made, *stage.declared} - own):
        if (root / name).exists() and not (copy / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).symlink_to((root / name).absolute())
    for name in own:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
