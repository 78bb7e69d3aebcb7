"""The build: pyproject.toml says what the package is; here is what is taken from files of this folder.

The wheel holds the files that `retrace new` begins with, and needs what requirements*.in chose.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
LIST = ROOT / "src/retrace/tools/project/templates/files.txt"
TEMPLATE = "retrace/tools/project/template"

EXTRAS = ("boosting", "hpo", "kfp", "mlflow", "pretrained", "serve")


class WithTemplate(build_py):
    """Packages, and beside them the template of a project."""

    def run(self):
        """Copy both; an editable install finds the template where it is."""
        super().run()
        if self.editable_mode or not LIST.is_file():
            return
        for name in LIST.read_text("utf-8").split():
            if not (ROOT / name).is_file():  # an example that was taken out
                continue
            target = Path(self.build_lib, TEMPLATE, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)


def chosen(name):
    """Return the packages that a requirements file names, those it refers to included."""
    packages = []
    for line in (ROOT / name).read_text("utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("-r "):
            packages += chosen(line.removeprefix("-r ").strip())
        elif line and not line.startswith("-"):
            packages.append(line)
    return packages


setup(
    cmdclass={"build_py": WithTemplate},
    install_requires=chosen("requirements.in"),
    extras_require={extra: chosen(f"requirements-{extra}.in") for extra in EXTRAS},
)
