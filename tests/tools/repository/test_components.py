"""What a component does around `dvc repro`, for which a stand-in writes what the stage would."""

import tarfile

import pytest

from retrace.core.checked_yaml import load_yaml
from retrace.tools.repository import components

LOCK = """\
schema: '2.0'
stages:
  part@small:
    cmd: x
    outs:
    - {path: small.txt, md5: 1f}
    - {path: figures, md5: 2e.dir}
"""

PLAN = {
    "name": "part_small",
    "stage": "part@small",
    "file": "dvc.yaml",
    "definition": {"stages": {"part": {"foreach": ["small"], "do": {"cmd": "x", "wdir": "parts"}}}},
    "packs": {"pack_files": "1f.tar"},
    "inputs": {"in_all": "parts/all.txt"},
    "outputs": {"out_small": "parts/small.txt", "out_figures": "parts/figures"},
    "values": {"part_seed": ["params.yaml", "part.seed"], "rate": ["other.yaml", "a.rate"]},
    "fixed": [["params.yaml", "model", "svm"]],
}


@pytest.fixture
def ran(monkeypatch, tmp_path):
    """Note the folder of each stage that is run, and what was in it before."""
    noted = []

    def repro(plan, folder):
        files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        noted.append((folder, files))
        (folder / "parts/small.txt").write_text("made")
        (folder / "parts/figures").mkdir(exist_ok=True)
        (folder / "parts/figures/a.svg").write_text("drawn")
        (folder / "dvc.lock").write_text(LOCK)

    monkeypatch.setattr(components, "repro", repro)
    monkeypatch.setenv("RETRACE_KFP_FOLDER", str(tmp_path / "stages"))
    return noted


@pytest.fixture
def places(tmp_path):
    """Where KFP would have laid the artefacts."""
    (tmp_path / "params.yaml").write_text("part: {seed: 1, other: 1e-4}\nreport: 2\nmodel: old\n")
    with tarfile.open(tmp_path / "pack_files", "w") as tar:
        tar.add(tmp_path / "params.yaml", "params.yaml")
    (tmp_path / "in_all").write_text("all")
    names = [*PLAN["packs"], *PLAN["inputs"], *PLAN["outputs"], "lock"]
    return {name: str(tmp_path / name) for name in names}


def test_a_stage_finds_its_files_inputs_and_values(tmp_path, places, ran):
    values = {"part_seed": "7", "rate": ".inf"}
    assert components.run_stage(PLAN, places, values) == "small.txt=1f figures=2e.dir"
    folder, before = ran[0]
    assert before == {"dvc.yaml", "other.yaml", "params.yaml", "parts/all.txt"}
    assert load_yaml(folder / "params.yaml") == {
        "part": {"seed": 7, "other": 1e-4},
        "report": 2,
        "model": "svm",
    }
    assert load_yaml(folder / "other.yaml") == {"a": {"rate": float("inf")}}
    assert load_yaml(folder / "dvc.yaml") == PLAN["definition"]
    assert (tmp_path / "out_small").read_text() == "made"
    assert (tmp_path / "out_figures/a.svg").read_text() == "drawn"
    assert (tmp_path / "lock").read_text() == LOCK


def test_a_folder_keeps_what_the_stage_made_and_nothing_else(places, ran):
    components.run_stage(PLAN, places, {})
    (ran[0][0] / "left_over.py").touch()
    components.run_stage(PLAN, places, {})
    made = {"dvc.lock", "parts/small.txt", "parts/figures/a.svg"}
    assert ran[1][1] == {"dvc.yaml", "params.yaml", "parts/all.txt"} | made


def test_a_run_is_collected_into_one_file(tmp_path, places, ran):
    components.run_stage(PLAN, places, {})
    plan = {
        "store": str(tmp_path),
        "values": PLAN["values"],
        "locks": {"lock": "dvc.yaml"},
        "outputs": PLAN["outputs"],
    }
    assert components.collect_run(plan, places, {"part_seed": "7"}, "1f") == "1f"
    components.unpack(tmp_path / "runs/1f.tar", tmp_path / "run")
    assert load_yaml(tmp_path / "run/run.yaml") == {
        "values": [["params.yaml", "part.seed", "7"]],
        "locks": {"lock": "dvc.yaml"},
        "outputs": ["parts/small.txt", "parts/figures"],
    }
    assert (tmp_path / "run/files/parts/figures/a.svg").read_text() == "drawn"
    assert (tmp_path / "run/locks/lock").read_text() == LOCK


@pytest.mark.parametrize("name", ["../out.txt", "/tmp/out.txt", "a/../../out.txt"])
def test_what_would_lie_outside_or_is_a_link_is_not_unpacked(tmp_path, name):
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    for member in (tarfile.TarInfo(name), link):
        with tarfile.open(tmp_path / "bad.tar", "w") as tar:
            tar.addfile(member)
        with pytest.raises(tarfile.TarError, match=member.name):
            components.unpack(tmp_path / "bad.tar", tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_dvc_makes_a_stage_once_and_a_failing_one_is_named(tmp_path, places, monkeypatch, capfd):
    monkeypatch.setenv("RETRACE_KFP_FOLDER", str(tmp_path / "stages"))
    stage = {"cmd": "cp all.txt small.txt", "wdir": "parts", "deps": ["all.txt"], "outs": ["small.txt"]}
    definition = {"stages": {"part": {"foreach": ["small"], "do": stage}}}
    plan = PLAN | {"definition": definition, "outputs": {"out_small": "parts/small.txt"}}
    components.run_stage(plan, places, {})
    components.run_stage(plan, places, {})
    said = capfd.readouterr().out
    assert said.count("Running stage 'part@small'") == 1
    assert "Stage 'part@small' didn't change, skipping" in said
    stage["cmd"] = "false"
    with pytest.raises(RuntimeError, match="the stage 'part@small' failed"):
        components.run_stage(plan, places, {})
