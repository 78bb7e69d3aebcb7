from pathlib import Path

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.notebooks.staging import definition_of

DOCSTRING = """
:param str texts:
:param str model:
:param int n:
:dvc-in texts: data/my texts
:dvc-in: data/stop.txt
:dvc-out model: model.bin
:dvc-metrics: scores.json
"""


def stage(docstring=DOCSTRING, page=None, **chosen):
    return definition_of(docstring, Path("src/fit.py"), Path("nb/fit.ipynb"), chosen=chosen, page=page)


def test_a_stage_has_what_the_fields_say(project):
    found = stage()
    assert found.command == (
        "python src/fit.py --texts 'data/my texts' --model model.bin ${notebooks.fit}"
    )
    assert found.dependencies == ["data/my texts", "data/stop.txt", "requirements.txt", "src/fit.py"]
    assert (found.params, found.outputs, found.metrics) == (
        ["notebooks.fit"],
        ["model.bin"],
        ["scores.json"],
    )


def test_other_paths_can_be_chosen_for_a_stage(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = stage(texts="data/${part}", model="other.bin")
    assert "--texts data/${part} --model other.bin" in found.command
    assert found.dependencies == ["data/${part}", "data/stop.txt", "src/fit.py"]
    assert found.outputs == ["other.bin"]


def test_a_stage_that_keeps_a_page_depends_on_the_notebook():
    found = stage(page="report/fit.html")
    assert "--html report/fit.html" in found.command
    assert found.outputs == ["model.bin", "report/fit.html"]
    assert "nb/fit.ipynb" in found.dependencies


@pytest.mark.parametrize(
    ("docstring", "chosen", "said"),
    [
        (DOCSTRING, {"n": "3"}, "--set is for paths: n is a parameter, notebooks.fit.n of params.yaml"),
        (DOCSTRING, {"text": "x"}, r"has no input or output of this name \(did you mean 'texts'\?\)"),
        (":dvc-in: a", {}, "names nothing that it makes: write `:dvc-out <parameter>: <path>` into"),
        (":dvc-cmd: dvc run x", {"a": "b"}, "`:dvc-cmd:` says all: leave --set and --html out"),
        (":dvc-cmd: make x", {}, "`:dvc-cmd:`: got `make x`, should be `dvc run ... <command>`"),
        (":dvc-cmd: dvc run --gpu x", {}, "`:dvc-cmd:`: --gpu is not read; allowed: -d, --deps"),
        (":dvc-cmd: dvc run -d a", {}, "`:dvc-cmd:` has no command to run"),
        (":dvc-cmd: dvc run 'a", {}, "`:dvc-cmd:`: No closing quotation"),
    ],
)
def test_what_cannot_be_a_stage_is_said_in_one_line(docstring, chosen, said):
    with pytest.raises(RetraceError, match=said):
        stage(docstring, **chosen)


def test_the_tutorials_whole_command_becomes_a_stage(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = stage(
        """
        :param str part: Which
        :dvc-cmd: dvc run -f $MLV_DVC_META_FILENAME -o ./train.csv -M scores.json
                      -d ./all.pkz
             "$MLV_PY_CMD_PATH --part train &&
              $MLV_PY_CMD_PATH --part test"
        """
    )
    assert found.command == "python src/fit.py --part train && python src/fit.py --part test"
    assert found.dependencies == ["all.pkz", "src/fit.py"]
    assert (found.outputs, found.metrics, found.params) == (["train.csv"], ["scores.json"], ())
