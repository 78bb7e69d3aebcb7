import pytest
from ruamel.yaml import YAML

from project import ROOT
from retrace.core.errors import ParamsError
from retrace.tools.repository.definitions import (
    Definition,
    commands_in,
    with_changed_stage,
    with_stage,
    with_values,
)

NEW = Definition(
    command="python a.py", dependencies=["a.py"], params=["a"], outputs=["b"], metrics=["c.json"]
)

DENSE = "# top\nstages:\n  one:\n    cmd: x   # why\n    deps:\n    - 'a'\n# end\nplots: []\n"


@pytest.mark.parametrize(
    "text",
    [(ROOT / "dvc.yaml").read_text(), DENSE, "", "stages:\n", "stages: {}\n", "plots: []\n", "# only\n"],
    ids=["shipped", "dense", "empty", "null", "flow", "without", "comment"],
)
def test_a_stage_is_written_and_all_else_stays(text):
    found = with_stage(text, "new", NEW)
    before, after = (YAML(typ="safe").load(each) or {} for each in (text, found))
    stages = before.get("stages") or {}
    lists = {"deps": ["a.py"], "params": ["a"], "outs": ["b"], "metrics": [{"c.json": {"cache": False}}]}
    assert after == before | {"stages": stages | {"new": {"cmd": "python a.py"} | lists}}
    assert list(after["stages"]) == [*stages, "new"]
    if stages:
        kept = iter(found.splitlines())
        assert all(line in kept for line in text.splitlines())


def test_the_new_stage_stands_behind_the_last_and_looks_as_the_others():
    assert with_stage(DENSE, "new", Definition(command="y", dependencies=["a"])) == DENSE.replace(
        "# end", "\n  new:\n    cmd: y\n    deps:\n    - a\n# end"
    )


@pytest.mark.parametrize("text", [(ROOT / "dvc.yaml").read_text(), DENSE], ids=["shipped", "dense"])
def test_a_stage_that_changes_leaves_all_lines_but_its_own(text):
    added = with_stage(text, "new", NEW)
    other = Definition(command="python b.py", dependencies=["b.py"], outputs=["b", "d"])
    changed = with_changed_stage(added, "new", NEW, other)
    assert changed.partition("  new:")[0] == added.partition("  new:")[0]
    stage = YAML(typ="safe").load(changed)["stages"]["new"]
    assert stage == {"cmd": "python b.py", "deps": ["b.py"], "outs": ["b", "d"]}


def test_commands_are_those_of_one_line():
    text = "stages:\n  a: {cmd: x}\n  b: {cmd: [x, y]}\n  c: {foreach: [1], do: {cmd: z}}\n"
    assert commands_in(text) == {"a": "x", "b": "", "c": ""}
    assert commands_in("") == {}


def test_values_are_added_and_those_that_are_there_stay():
    text = "seed: 1  # of all\nnotebooks:\n  a:\n    rate: 2  # mine\n    old: 3\n"
    assert with_values(text, ["notebooks", "a"], {"rate": 9}) == text
    found = with_values(text, ["notebooks", "a"], {"rate": 9, "n": [1, 2]}, only=["rate", "n"])
    assert found == text.replace("    old: 3\n", "    n:\n      - 1\n      - 2\n")
    assert with_values("", ["notebooks", "a"], {"b": "c"}) == "notebooks:\n  a:\n    b: c\n"


def test_the_shipped_params_keep_every_byte():
    text = (ROOT / "params.yaml").read_text()
    assert with_values(text, ["notebooks", "a"], {"b": 1e-5}).startswith(text)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: commands_in("stages: ["), "dvc.yaml is not valid YAML: "),
        (lambda: with_stage("- a\n", "new", NEW), "dvc.yaml should be `key: value` lines"),
        (lambda: with_values("a: [", ["b"], {}), "params.yaml is not valid YAML: "),
        (lambda: with_values("b: 3\n", ["b"], {"c": 1}), "params.yaml: b should be `key: value` lines"),
    ],
    ids=["stages", "list", "params", "section"],
)
def test_a_file_that_cannot_be_read_is_said_in_one_line(make, said):
    with pytest.raises(ParamsError) as told:
        make()
    assert str(told.value).startswith(said)
