"""What a component does around `dvc repro`, for which a stand-in writes what the stage would."""

import pytest

from retrace.core.checked_yaml import load_yaml
from retrace.tools.kubeflow import component
from retrace.tools.kubeflow.planning import plan_components
from retrace.tools.kubeflow.store import open_run, put_packs
from retrace.tools.repository.resolved_stages import ignore_files, resolve_stages

LOCK = "schema: '2.0'\nstages:\n  make:\n    cmd: x\n    outs:\n    - {path: parts/all.txt, md5: 1f}\n"


@pytest.fixture
def ran(monkeypatch, tmp_path):
    """Note the folder of each stage that is run, and what was in it before."""
    noted = []

    def repro(plan, folder):
        noted.append((folder, {path for path in folder.rglob("*") if path.is_file()}))
        for path in plan["outputs"].values():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text("made")
        (folder / "dvc.lock").write_text(LOCK)

    monkeypatch.setattr(component, "repro", repro)
    monkeypatch.setenv("RETRACE_KFP_FOLDER", str(tmp_path / "stages"))
    return noted


def run(name, folder, **values):
    """Run a component as KFP does: all artefacts lie in one folder here."""
    components = plan_components(resolve_stages(), ignore_files())
    put_packs(str(folder), components)
    plan = next(each.plan for each in components if each.name == name)
    places = {key: str(folder / "packs" / pack) for key, pack in plan["packs"].items()}
    for kind in ("inputs", "outputs"):
        places |= {key: str(folder / path.replace("/", "_")) for key, path in plan[kind].items()}
    return component.run_stage(plan, places | {"lock": str(folder / f"lock_of_{name}")}, values)


def test_a_stage_finds_its_files_inputs_and_values(toy, tmp_path, ran):
    assert run("make", tmp_path) == "parts/all.txt=1f"
    run("part_small", tmp_path, part_seed="7", part_none="null", other_yaml_lambda=".inf")
    folder, before = ran[-1]
    assert {path.relative_to(folder).as_posix() for path in before} == {
        *(".dvcignore", "dvc.yaml", "other.yaml", "params.yaml", "part.py", "parts/all.txt"),
    }
    assert load_yaml(folder / "params.yaml")["part"]["seed"] == 7
    assert load_yaml(folder / "params.yaml")["report"] == {"digits": 2, "title": "hello"}
    assert (tmp_path / "parts_small.txt").read_text() == "made"


def test_a_folder_keeps_what_the_stage_made_and_nothing_else(toy, tmp_path, ran):
    run("make", tmp_path)
    (ran[0][0] / "left_over.py").touch()
    run("make", tmp_path)
    folder, before = ran[-1]
    assert folder / "left_over.py" not in before
    assert {folder / "parts/all.txt", folder / "dvc.lock"} <= before


def test_a_run_is_collected_into_one_file(toy, tmp_path, ran):
    run("make", tmp_path)
    plan = {
        "store": str(tmp_path),
        "values": {"seed": ["params.yaml", "part.seed"]},
        "locks": {"lock_of_make": "dvc.yaml"},
        "outputs": {"out": "parts/all.txt"},
    }
    places = {"lock_of_make": str(tmp_path / "lock_of_make"), "out": str(tmp_path / "parts_all.txt")}
    assert component.collect_run(plan, places, {"seed": "7"}, "1f") == "1f"
    with open_run(str(tmp_path), "1f") as folder:
        assert load_yaml(folder / "run.yaml") == {
            "values": [["params.yaml", "part.seed", "7"]],
            "locks": {"lock_of_make": "dvc.yaml"},
            "outputs": ["parts/all.txt"],
        }
        assert (folder / "files/parts/all.txt").read_text() == "made"
        assert (folder / "locks/lock_of_make").read_text() == LOCK
