import pytest
from typer.testing import CliRunner

from retrace.core.errors import RetraceError
from retrace.tools.cli import cli
from retrace.tools.notebooks.making import Changes


@pytest.fixture
def stage(project, monkeypatch):
    """Call the command, which writes without asking DVC."""
    monkeypatch.setattr(
        Changes,
        "write",
        lambda changes: [path.write_text(text) for path, text in changes.files.items()],
    )

    def stage(*words):
        run = CliRunner().invoke(cli, ["stage", *words], catch_exceptions=True)
        if isinstance(run.exception, RetraceError):
            raise run.exception
        return run.output

    return stage


def test_add_sync_and_check(stage, edit):
    assert "dvc.yaml: + count_words: python src/count" in stage("add", "notebooks/count_words.py")
    assert stage("check") == stage("sync") == "every script is what its notebook makes\n"
    edit("notebooks/count_words.py", "found", "number")
    with pytest.raises(RetraceError, match=r"is not what notebooks/count_words.py makes now"):
        stage("check")
    assert stage("sync", "notebooks/count_words.py").startswith("src/count_words.py: made from")


def test_retrace_check_asks_for_notebooks_before_all_else(stage, edit):
    stage("add", "notebooks/count_words.py")
    edit("notebooks/count_words.py", "found", "number")
    run = CliRunner().invoke(cli, ["check"])
    assert "is not what notebooks/count_words.py makes now" in str(run.exception)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("add", "`retrace stage add` takes one notebook, got none"),
        ("add a.py b.py", "`retrace stage add` takes one notebook, got 2"),
        ("add a.py --set x", "--set x: should be NAME=PATH"),
        ("sync --name x", "--name, --set and --html are for `retrace stage add`, not for sync"),
        ("check a.py", "`retrace stage check` looks at all notebooks: name none"),
    ],
)
def test_a_wrong_call_is_said_in_one_line(stage, words, said):
    with pytest.raises(RetraceError) as told:
        stage(*words.split())
    assert str(told.value) == said
