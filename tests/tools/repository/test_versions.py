import gto.api
import pytest

from retrace.core.errors import RetraceError
from retrace.tools.repository.versions import (
    assignments,
    commit_of_version,
    is_on_main,
    model_tags,
    next_version,
    set_tag,
    versions,
)


@pytest.fixture
def commits(tmp_path, runs):
    """The commits of two versions, of which first the one, then the other was in `prod`."""
    found = {}
    for number, name in enumerate(("v1.9.0", "v1.10.0"), start=1):
        runs.write("params.yaml", f"seed: {number}\n")
        runs.git("add", "-A")
        runs.git("commit", "-q", "-m", name)
        found[name] = runs.git("rev-parse", "HEAD")
        runs.git("tag", "-a", f"model@{name}", "-m", f"why {name}")
        runs.git("tag", "-a", f"model#prod#{number}", "-m", f"into prod\n\nwhy {name}")
    runs.git("tag", "v1.10.0-not-ours")
    return found


def test_versions_come_in_their_order_with_who_and_why(commits):
    found = versions(model_tags())
    assert {name: tag.commit for name, tag in found.items()} == commits
    assert list(found) == ["v1.9.0", "v1.10.0"]
    assert (found["v1.9.0"].who, found["v1.9.0"].message) == ("test@example.org", "why v1.9.0")


def test_a_stage_holds_what_was_assigned_last(commits):
    assert [tag.name for tag in assignments(model_tags())["prod"]] == ["model#prod#1", "model#prod#2"]
    assert commit_of_version("prod") == commits["v1.10.0"]
    assert commit_of_version("v1.9.0") == commits["v1.9.0"]
    assert commit_of_version("v2.0.0") is None


def test_gto_reads_the_same_in_the_tags(commits):
    shown = gto.api.show(".")["model"]
    assert shown["version"] == "v1.10.0"
    assert shown["stage"]["prod"] == "v1.10.0"


@pytest.mark.parametrize(
    ("bump", "expected"), [("major", "v2.0.0"), ("minor", "v1.11.0"), ("patch", "v1.10.1")]
)
def test_the_next_version_follows_the_last(commits, bump, expected):
    assert next_version(versions(model_tags()), bump) == expected
    assert next_version({}, bump) == "v1.0.0"


def test_a_tag_that_is_there_is_refused_in_one_line(commits):
    with pytest.raises(RetraceError, match=r"cannot set the tag 'model@v1.9.0': .*already exists"):
        set_tag("model@v1.9.0", commits["v1.10.0"], "again")


def test_a_commit_of_another_branch_is_not_on_main(commits, runs):
    assert is_on_main(commits["v1.9.0"])
    runs.git("switch", "-q", "-c", "side")
    runs.git("commit", "-q", "--allow-empty", "-m", "aside")
    assert not is_on_main(runs.git("rev-parse", "HEAD"))
