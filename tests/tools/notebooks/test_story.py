"""docs/notebooks.md, done word for word on small texts."""

import json
import re
import shlex

import pytest

from project import ROOT, Project

PAGE = (ROOT / "docs/notebooks.md").read_text()

NOTEBOOKS = dict(re.findall(r"`(notebooks/\w+\.py)`:\n\n```python\n(.*?)```", PAGE, re.DOTALL))

# What brings the real posts.
NOT_HERE = ("curl", "tar")

WORDS = {
    "sci.space": "the rocket reached orbit and the moon was near",
    "rec.autos": "the engine of this car needs oil and new tires",
    "talk.politics": "the senate will vote about a law and the tax",
}


class Bare(Project):
    """A repository that has nothing of this one; what is installed is."""

    def variables(self):
        return {"PYTHONPATH": str(ROOT / "src")}

    def run(self, *command, **options):
        return super().run(*command, **(self.variables() | options))


def steps():
    """Yield each use case: its title, and its commands with what the page shows of their output."""
    for part in re.split(r"^### ", PAGE, flags=re.MULTILINE):
        blocks = re.findall(r"```console\n(.*?)```", part, flags=re.DOTALL)
        shown = [
            each.partition("\n") for block in blocks for each in re.split(r"^\$ ", block, flags=re.M)
        ]
        commands = [(command, output) for command, _, output in shown if command]
        yield part.partition("\n")[0], [each for each in commands if not each[0].startswith(NOT_HERE)]


def write_posts(project):
    for part in ("train", "test"):
        for group, text in WORDS.items():
            for number in range(6):
                post = project / f"data/20news-bydate-{part}/{group}/{number}"
                post.parent.mkdir(parents=True, exist_ok=True)
                words = text.split()
                post.write_text(f"From: me\n\n{' '.join(words[number:] + words[:5])}")


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """The repository after all that the page says, and what each command printed."""
    project = Bare(tmp_path_factory.mktemp("news"))
    write_posts(project)
    for name, text in NOTEBOOKS.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text)
    printed = {}
    for _, commands in steps():
        for command, output in commands:
            program, *words = shlex.split(command)
            call = {"retrace": project.retrace, "dvc": project.dvc}.get(program)
            fails = output.startswith("error:")
            run = call(*words, check=not fails) if call else project.run(program, *words)
            assert output in run.stdout + run.stderr + "\n"
            printed.setdefault(command, []).append(run.stdout)
    project.printed = printed
    return project


def test_the_page_has_the_four_use_cases():
    assert [title[:2] for title, _ in steps() if title[0].isdigit()] == ["1.", "2.", "3.", "4."]
    assert list(NOTEBOOKS) == [
        f"notebooks/{name}.py"
        for name in (
            "extract_posts",
            "classify_posts",
            "evaluate_model",
            "classify_trigrams",
            "tune_model",
        )
    ]


@pytest.mark.long
@pytest.mark.slow
def test_the_page_is_what_happens(story):
    assert json.loads(story.read("scores.json"))["accuracy"] > 0.5
    assert (story / "data/trigrams.joblib").is_file()
    assert set(json.loads(story.read("tried.json"))) == {"C=0.1", "C=0.3", "C=1.0"}
    shown = PAGE.partition("```yaml\n")[2].partition("```")[0]
    assert shown in story.read("dvc.yaml").decode()
    assert "scores_trigrams.json" in story.printed["dvc metrics show"][0]
    experiments = story.printed["dvc exp show --csv"][0]
    assert all(f",{value}," in experiments for value in ("0.3", "3"))


@pytest.mark.long
@pytest.mark.slow
def test_the_executed_notebook_is_a_page_of_the_same_bytes(story):
    page = story.read("report/tune_model.html")
    assert b"injected-parameters" in page
    assert b"C_list = [0.1, 0.3, 1.0]" in re.sub(rb"<[^>]+>", b"", page)
    story.dvc("repro", "-f", "-s", "tune_model")
    assert story.read("report/tune_model.html") == page


@pytest.mark.long
@pytest.mark.slow
def test_deps_finds_nothing_to_mend_in_it(story):
    assert "dvc.yaml declares" in story.retrace("deps").stdout
