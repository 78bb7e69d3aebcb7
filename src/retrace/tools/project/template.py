"""The files that a project begins with: of the reference repository's top folder, and a few more."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import retrace
from retrace.core.errors import RetraceError

PACKAGE = Path(retrace.__file__).absolute().parent
OWN = Path(__file__).parent / "templates"

# In a wheel the build has put them here (setup.py); in a checkout they lie where they are worked on.
PACKED = Path(__file__).parent / "template"
CHECKOUT = PACKAGE.parents[1]

PIN = "requirements-retrace.txt"

Files = dict[str, bytes]


def is_checkout() -> bool:
    """Tell whether the library runs from a checkout of the reference repository."""
    return not PACKED.is_dir() and (CHECKOUT / "setup.py").is_file()


def template_folder() -> Path:
    """Return where the template lies.

    Raises
    ------
    RetraceError
        This installation has none.
    """
    folder = CHECKOUT if is_checkout() else PACKED
    if not (folder / "dvc.yaml").is_file():
        raise RetraceError(
            f"{PACKAGE} was installed without its template: install the wheel of retrace-ml"
        )
    return folder


def names(folder: Path) -> list[str]:
    """Name the files of a checkout, or of what was packed of it, that every project has.

    An example that has been taken out of the checkout is in no project of it.
    """
    listed = (OWN / "files.txt").read_text("utf-8").split()
    examples = ("data/", "data_exploration/")
    return [name for name in listed if not name.startswith(examples) or (folder / name).is_file()]


def render(name: str, version: str, pin: Files, folder: Path | None = None) -> Files:
    """Return all files of a new project by their paths.

    Parameters
    ----------
    name : str
        Of the project, for its README.
    version : str
        Of the library.
    pin : dict
        What pins the library: requirements-retrace.txt, and the wheel where one is kept.
    folder : Path or None
        Where the template lies; None: where this installation has it.
    """
    folder = folder or template_folder()
    files = {path: (folder / path).read_bytes() for path in names(folder)}
    files |= {path: change(files[path].decode()).encode() for path, change in CHANGES.items()}
    readme = (OWN / "README.md").read_text("utf-8")
    readme = readme.replace("{{ name }}", name).replace("{{ version }}", version)
    own = {
        "README.md": readme.encode(),
        "pyproject.toml": (OWN / "pyproject.toml").read_bytes(),
        "tests/test_project.py": (OWN / "test_project.txt").read_bytes(),
    }
    return files | own | pin


def _pipeline(text: str) -> str:
    """Let the pin of the library stand for its files."""
    text = re.sub(r"^ +- src/retrace/.*\n", "", text, flags=re.MULTILINE)
    return text.replace("      - requirements.txt\n", f"      - {PIN}\n      - requirements.txt\n")


# Words for work on the library, and for what a project has no files of: containers, releases of runs,
# MLflow's server, Kubeflow Pipelines.
ONLY_THERE = (
    "bench", "docs", "statistics", "newest", "audit", "sbom", "package",
    "image", "shell", "contained", "team", "smoke", "publish", "releaserun", "mlflow", "programs",
    "$(READY)-kfp",
)  # fmt: skip

NOT_HERE = (
    "requirements-audit",
    "requirements-docs",
    "requirements-kfp",
    "requirements-mlflow-server",
    "actionlint",
    "hadolint",
    "compose-spec",
)


def _makefile(text: str) -> str:
    """Leave out the words that are not for a project."""
    paragraphs = [
        part
        for part in text.split("\n\n")
        if part.partition(":")[0] not in ONLY_THERE and "\n.retrace/" not in part
    ]
    lines = [
        line
        for line in "\n\n".join(paragraphs).split("\n")
        if not any(word in line for word in NOT_HERE)
    ]
    phony = re.compile(rf" (?:{'|'.join(map(re.escape, ONLY_THERE))})\b")
    lines = [phony.sub("", line) if line.startswith(".PHONY") else line for line in lines]
    text = "\n".join(lines).replace("python hpo/search.py", "retrace search")
    text = text.replace(" $(READY)-kfp\n", "\n").replace('; ARGS="-m long" for the stories left out', "")
    return text.replace("types, workflows, the Dockerfile and compose.yaml", "types and workflows")


def _release(text: str) -> str:
    """Leave out the job that publishes an image."""
    text = re.sub(r"\n(?:  #.*\n)*  image:\n(?:    .*\n|\n)*", "", text)
    upload = r" +- uses: actions/upload-artifact@.*\n +with:\n +name: image\n(?: {10,}.*\n)*"
    return re.sub(upload, "", text)


def _dependabot(text: str) -> str:
    """Leave out what looks after the Dockerfile and compose.yaml."""
    return re.sub(r"  - package-ecosystem: docker(?:-compose)?\n(?: {4,}.*\n)*", "", text)


HALF_THAT_POSTS = "src/retrace/tools/pull_request"
LIBRARY = ".retrace/library"
BRING = f"""\
      - name: Bring the library, whose half that posts imports nothing else
        run: python3 -m pip install --quiet --no-deps --target {LIBRARY} -r {PIN}
"""


def _comment(text: str) -> str:
    """Take the code that posts from the pinned library of the default branch."""
    text = text.replace(HALF_THAT_POSTS, f"{LIBRARY}{HALF_THAT_POSTS.removeprefix('src')}")
    return text.replace(
        "      - name: Find the run to show\n", f"{BRING}      - name: Find the run to show\n"
    )


def _tests(text: str) -> str:
    """Leave out what is tested of the library, and install it from its pin."""
    only_there = (
        "Make models of other datasets|Install what the stories start|Test the stories that take minutes"
    )
    text = re.sub(rf" +- name: (?:{only_there})\n(?: {{8,}}.*\n)*", "", text)
    return text.replace("--no-build-isolation -e .", f"-r {PIN}")


CHANGES: Mapping[str, Callable[[str], str]] = {
    "dvc.yaml": _pipeline,
    "Makefile": _makefile,
    ".github/dependabot.yml": _dependabot,
    ".github/workflows/release.yml": _release,
    ".github/workflows/comment.yml": _comment,
    ".github/workflows/tests.yml": _tests,
}
