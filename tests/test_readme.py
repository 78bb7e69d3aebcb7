"""What the documents show is what happens."""

import json
import re
import shlex
import sys

import pytest

from project import ROOT
from retrace.tools.cli import FILES

README = (ROOT / "README.md").read_text()

# They install, clone, or run this very test.
NOT_HERE = ("git clone", "cd ", "make test", "pip install", "source ")


def console_commands(page):
    blocks = re.findall(r"```console\n(.*?)```", page, flags=re.DOTALL)
    lines = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    return [line.split("  #")[0].strip() for line in lines]


def test_the_readme_stays_under_200_lines():
    assert len(README.splitlines()) < 200


def test_the_readme_shows_the_committed_scores():
    metrics = json.loads((ROOT / "metrics.json").read_text())
    shown = re.search(r"accuracy +test (\S+) +validation (\S+)", README)
    assert shown.groups() == tuple(f"{metrics[part]['accuracy']:.4f}" for part in ("test", "validation"))


def test_the_annotated_tree_names_what_is_there():
    tree = re.search(r"```\n(dvc\.yaml.*?)```", README, flags=re.DOTALL).group(1)
    folder = ""
    for line in tree.splitlines():
        name = line.split()[0]
        folder = "" if not line.startswith(" ") else folder
        assert (ROOT / folder / name).exists() or name in {"cache/"}, name
        folder = name if name.endswith("/") and not line.startswith(" ") else folder


def test_every_make_word_in_the_documents_exists():
    words = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    pages = [README, (ROOT / "CONTRIBUTING.md").read_text()]
    assert {word for page in pages for word in re.findall(r"`make ([a-z]+)", page)} <= words


def test_the_page_of_commands_shows_each_in_one_line_with_an_example():
    page = (ROOT / "docs/commands.md").read_text()
    shown = re.findall(r"^\| `retrace ([\w-]+)` \| .+ \| `retrace \1\b.*` \|$", page, flags=re.MULTILINE)
    assert sorted(shown) == sorted(FILES)


@pytest.mark.long
@pytest.mark.slow
def test_the_commands_of_the_readme_run_in_their_order(repository):
    repository.set(models__cnn__epochs=2, models__cnn__channels=[4, 8])
    # The environment that runs the tests is ready: make need not install it again.
    (repository / ".retrace").mkdir()
    for mark in ("ready", "ready-hpo"):
        (repository / ".retrace" / mark).touch()
    environment = {"MAKEFLAGS": "READY=.retrace/ready", "VIRTUAL_ENV": sys.prefix}
    for command in console_commands(README):
        if not command.startswith(NOT_HERE):
            for part in command.split(" && "):
                fewer = part.replace("--trials 30", "--trials 3").replace("epochs=30", "epochs=3")
                words = shlex.split(fewer)
                if words[0] == "dvc":
                    words[:1] = [sys.executable, "-m", "dvc"]
                repository.run(*words, **environment)
    assert (repository / "report/index.html").stat().st_size > 10_000
