import dataclasses

import pytest

from retrace.tools.repository.declarations import (
    Change,
    definition_of,
    kept,
    pattern_of,
    write_changes,
)
from retrace.tools.repository.stages import Stage

STAGE = Stage(
    name="sub/dvc.yaml:train@a",
    cmd="",
    locked_cmd=None,
    dependencies=[],
    results=[],
    params={},
    locked_params={},
    dropped=[],
    declared=("sub/b_1.py", "c.py"),
    file="sub/dvc.yaml",
    folder="sub",
)


def changed(tmp_path, lines, *changes):
    path = tmp_path / "dvc.yaml"
    path.write_text("stages:\n  one:\n" + lines)
    write_changes(path, {"one": changes})
    return path.read_text().removeprefix("stages:\n  one:\n")


def test_a_stage_has_its_name_in_its_file():
    assert definition_of(STAGE) == "train"
    assert definition_of(dataclasses.replace(STAGE, name="train")) == "train"


def test_a_comment_keeps_a_dependency(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/dvc.yaml").write_text("deps:\n- b_${n}.py  # keep: read by a program\n- ../c.py\n")
    assert kept([STAGE], tmp_path) == {"sub/b_1.py"}


def test_an_entry_with_a_template_matches_what_it_becomes():
    assert pattern_of("a/${x}/b.py").fullmatch("a/1/b.py")
    assert not pattern_of("a/b.py").fullmatch("a/bxpy")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "    deps:\n    - a.py  # 1\n    # of c\n    - c.py\n    cmd: x\n",
            "    deps:\n    - a.py  # 1\n    # of c\n    - b.py\n    - c.py\n    cmd: x\n",
        ),
        (
            "    cmd: x\n    deps:\n      - z.py\n      - c.py",
            "    cmd: x\n    deps:\n      - z.py\n      - c.py\n      - b.py\n",
        ),
        ("    cmd: x\n    deps: [a.py, c.py]\n", "    cmd: x\n    deps: [a.py, b.py, c.py]\n"),
        (
            "    deps: [\n      '${x}', a.py]  # all\n    cmd: x\n",
            '    deps: ["${x}", a.py, b.py]  # all\n    cmd: x\n',
        ),
        ("    cmd: x\n    outs: [o]\n", "    cmd: x\n    deps:\n      - b.py\n    outs: [o]\n"),
        (
            "    outs: [o]\n    cmd: >\n      x\n",
            "    outs: [o]\n    deps:\n      - b.py\n    cmd: >\n      x\n",
        ),
        (
            "    foreach: [1]\n    do:\n      cmd: x\n      deps:\n      - a.py\n",
            "    foreach: [1]\n    do:\n      cmd: x\n      deps:\n      - a.py\n      - b.py\n",
        ),
    ],
)
def test_a_dependency_is_added_where_it_belongs(tmp_path, before, after):
    assert changed(tmp_path, before, Change(section="dependencies", add=["b.py"])) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "    cmd: x\n    deps:\n    - a.py\n    - b.py  # old\n",
            "    cmd: x\n    deps:\n    - a.py\n",
        ),
        ("    cmd: x\n    deps: [b.py, a.py]\n", "    cmd: x\n    deps: [a.py]\n"),
        ("    cmd: x\n    deps:\n    - b.py\n    outs: [o]\n", "    cmd: x\n    outs: [o]\n"),
        ("    cmd: x\n    deps:\n    - a.py\n    - '${b}.py'\n", "    cmd: x\n    deps:\n"),
    ],
)
def test_a_dependency_is_taken_out(tmp_path, before, after):
    after = "    cmd: x\n" if after.endswith("deps:\n") else after
    assert (
        changed(
            tmp_path,
            before,
            Change(section="dependencies", remove=["b.py", "a.py"] if "$" in before else ["b.py"]),
        )
        == after
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "    - train\n    - o.yaml:\n      - z\n",
            "    - train\n    - o.yaml:\n      - z\n    - seed\n",
        ),
        ("    - o.yaml:\n        z\n    - train", "    - o.yaml:\n        z\n    - seed\n    - train\n"),
        (" [train, {o.yaml: [z, y]}]\n", " [train, {o.yaml: [z, y]}, seed]\n"),
        (" [o.yaml: , train]\n", " [{o.yaml: null}, seed, train]\n"),
    ],
)
def test_params_of_another_file_stay_together(tmp_path, before, after):
    start = "    cmd: x\n    params:" + ("" if before.startswith(" [") else "\n")
    assert changed(tmp_path, start + before, Change(section="params", add=["seed"])) == start + after


def test_two_lists_and_two_stages_are_changed_at_once(tmp_path):
    path = tmp_path / "dvc.yaml"
    path.write_text(
        "stages:\n  a:\n    cmd: x\n    params:\n    - p\n    deps:\n    - d\n  b:\n    cmd: y\n"
    )
    change = [Change(section="dependencies", add=["e"]), Change(section="params", add=["q"])]
    write_changes(path, {"a": change, "b": change[:1]})
    assert path.read_text() == (
        "stages:\n  a:\n    cmd: x\n    params:\n    - p\n    - q\n    deps:\n    - d\n    - e\n"
        "  b:\n    deps:\n      - e\n    cmd: y\n"
    )
