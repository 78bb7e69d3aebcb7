import sys
from types import ModuleType

import pytest

from retrace.core.errors import RetraceError
from retrace.core.own_code import WithOwn, own_code_hash, own_modules

ADDING = "from retrace.core import own_code\nown_code.here['{0}'] = '{0}'\n"


@pytest.fixture
def table(monkeypatch):
    """A table of one entry that src/models.py may add to."""
    from retrace.core import own_code

    own = {}
    monkeypatch.setattr(own_code, "here", own, raising=False)
    yield WithOwn({"ours": "ours"}, "models", own)
    own_code._loaded.pop("models", None)
    sys.modules.pop("models", None)


def test_the_projects_own_entries_come_after_the_librarys(table, in_a_project):
    assert list(table) == ["ours"]
    in_a_project(models=ADDING.format("mine"))
    assert list(table) == ["ours", "mine"]
    assert (table["mine"], len(table), "theirs" in table) == ("mine", 2, False)


def test_an_edited_file_is_loaded_again_and_what_it_no_longer_has_is_gone(table, in_a_project):
    in_a_project(models=ADDING.format("mine"))
    assert "mine" in table
    in_a_project(models=ADDING.format("main"))
    assert list(table) == ["ours", "main"]


def test_another_folder_has_other_entries(table, in_a_project, tmp_path, monkeypatch):
    in_a_project(models=ADDING.format("mine"))
    assert "mine" in table
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert list(table) == ["ours"]


def test_a_name_of_the_library_does_not_run_the_projects_code(table, in_a_project):
    in_a_project(models="raise SystemExit")
    assert table["ours"] == "ours"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "x = 1\n1 / 0\n",
            r"src/models.py does not run \(line 2\): ZeroDivisionError: division by zero",
        ),
        ("x = (\n", r"src/models.py does not run \(line 1\): SyntaxError: '\(' was never closed"),
        ("import nothing_of_this_name\n", r"\(line 1\): ModuleNotFoundError: No module named 'noth"),
        (ADDING.format("ours"), "src/models.py: 'ours' is a name of the library: choose another"),
    ],
)
def test_a_file_that_does_not_do_is_named_with_its_line(table, in_a_project, text, message):
    in_a_project(models=text)
    for _ in range(2):
        with pytest.raises(RetraceError, match=message):
            list(table)


def test_what_it_imports_from_src_is_found_and_counts_as_own_code(table, in_a_project):
    folder = in_a_project(models="import beside_the_models\n", beside_the_models="x = 1\n")
    list(table)
    assert own_modules() == [folder / "src/beside_the_models.py", folder / "src/models.py"]
    del sys.modules["beside_the_models"]


def test_files_that_add_nothing_are_no_other_code(in_a_project):
    in_a_project(models='"""Nothing yet."""\n')
    assert own_code_hash() == ""
    in_a_project(models="x = 1\n")
    first = own_code_hash()
    in_a_project(metrics="x = 1\n")
    assert len({"", first, own_code_hash()}) == 3


def test_the_stage_script_is_none_of_them_whatever_else_it_is_called(in_a_project, monkeypatch):
    folder = in_a_project(train="")
    script = ModuleType("__main__")
    script.__file__ = str(folder / "src/train.py")
    for name in ("__main__", "__mp_main__"):  # the second is multiprocessing's
        monkeypatch.setitem(sys.modules, name, script)
    assert own_modules() == []
