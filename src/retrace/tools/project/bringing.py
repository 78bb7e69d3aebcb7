"""Data into a project: files under DVC, what they are in data/<name>.yaml, what fits in params.yaml."""

import io
import re
import shutil
from pathlib import Path

from ruamel.yaml import YAML

from retrace.core.errors import RetraceError
from retrace.tools.project.looking import Proposal
from retrace.tools.repository.dvc import run_dvc
from retrace.tools.repository.overrides import edit_params

EXAMPLES = ("digits", "wine")
THEIR_NOTEBOOKS = ("digits", "wine")


def name_of(path: Path) -> str:
    """Return the name that a dataset has in the project."""
    stem = path.resolve().name.split(".")[0] if path.is_file() else path.resolve().name
    return re.sub(r"\W+", "_", stem).strip("_").lower() or "mine"


def bring(project: Path, source: Path, name: str, proposal: Proposal) -> None:
    """Put data into a project in the place of the examples.

    Raises
    ------
    RetraceError
        DVC refuses.
    """
    leave_examples_out(project)
    target = project / "data" / name
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        target.mkdir(parents=True)
        shutil.copy(source, target)
    values = {
        "title": name.replace("_", " ").capitalize(),
        **proposal.description,
        "licence": "not stated",
    }
    text = io.StringIO()
    YAML().dump(values, text)
    (project / "data" / f"{name}.yaml").write_text(text.getvalue(), "utf-8")
    edit_params({"data": name, **proposal.params}, project)
    run = run_dvc("add", "--quiet", f"data/{name}", cwd=project, capture_output=True)
    if run.returncode:
        raise RetraceError(f"dvc add data/{name}: {run.stderr.strip()}")


def leave_examples_out(project: Path) -> None:
    """Remove the datasets that come along, and the notebooks about them."""
    for name in EXAMPLES:
        shutil.rmtree(project / "data" / name, ignore_errors=True)
        (project / "data" / f"{name}.yaml").unlink(missing_ok=True)
    for name in THEIR_NOTEBOOKS:
        (project / "data_exploration" / f"{name}.py").unlink(missing_ok=True)
