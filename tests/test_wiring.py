"""The repository's own contracts: what dvc.yaml says is what the stages do."""

import ast
import functools
import importlib.util
import json
import re
import shutil
import sys
from pathlib import Path
from subprocess import run

import dvc.api
import pytest

from project import ROOT, copy_project
from retrace.core.checked_yaml import load_yaml
from retrace.core.params import Params, load_params
from retrace.evaluation.metrics import check_metric, metric_names
from retrace.readers import describe

PACKAGE = ROOT / "src/retrace"

WITH_TORCH = {"preprocess", "train", "report"}  # those that run a network

STAGES = ["read_data", "preprocess", "split", "train", "report"]

# An image with a network and a regression on a table have all kinds of code between them.
TRACED = [
    "digits cnn",
    "diabetes ridge",
    pytest.param("wine hist_gradient_boosting", marks=pytest.mark.long),
]

ONE_AFTER_ANOTHER = """
import runpy, sys
for stage in sys.argv[1:]:
    runpy.run_path(f"src/{stage}.py", run_name="__main__")
print("torch" in sys.modules, *sorted(name for name in sys.modules if name.startswith("retrace")))
"""

# A room may import those that stand before it, a tool also those of the pipeline.
PIPELINE = ["core", "images", "readers", "cleaning", "splitting", "models", "evaluation", "reporting"]
TOOLS = [
    "repository",
    "significance",
    "dependencies",
    "running",
    "project",
    "notebooks",
    "comparison",
    "curves",
    "sharing",
    "pull_request",
    "dashboard",
    "search",
    "prediction",
    "registry",
    "export",
    "serving",
    "release",
    "monitoring",
    "tracking",
    "submission",
    "kubeflow",
    "cli",
]


@pytest.fixture(scope="module")
def pipeline():
    return load_yaml(ROOT / "dvc.yaml")["stages"]


@pytest.fixture(scope="module", params=TRACED)
def traces(request, tmp_path_factory):
    """What each stage really did: an image with a network, a table, and a regression."""
    project = copy_project(tmp_path_factory.mktemp("traced"))
    data, model = request.param.split()
    metric = "mae" if data == "diabetes" else "accuracy"
    project.set(data=data, model=model, metric=metric, models__cnn__epochs=1, report__resamples=100)
    found = {}
    for stage in STAGES:
        project.run("python", "tests/trace_stage.py", f"src/{stage}.py", "trace.json")
        found[stage] = json.loads(project.read("trace.json"))
    return data, found


def outs_of(stage):
    listed = stage.get("outs", []) + stage.get("metrics", [])
    return [next(iter(out)) if isinstance(out, dict) else out for out in listed]


def covered(path, declared):
    return any(path == entry or path.startswith(f"{entry}/") for entry in declared)


def test_stages_stand_in_the_order_of_the_story(pipeline):
    assert list(pipeline) == STAGES
    assert [stage["cmd"] for stage in pipeline.values()] == [f"python src/{name}.py" for name in STAGES]


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_deps_cover_what_a_stage_loads(pipeline, traces, stage):
    data, found = traces
    deps = [dep.replace("${data}", data) for dep in pipeline[stage]["deps"]]
    allowed = [*deps, *outs_of(pipeline[stage]), "params.yaml", "tests/trace_stage.py"]
    loaded = set(found[stage]["opened"]) | set(found[stage]["imported"])
    beside = {path for path in loaded if path.endswith(".unfinished")}
    assert not {path for path in loaded - beside if not covered(path, allowed)}


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_declares_the_params_that_it_reads_and_no_others(pipeline, traces, stage):
    declared = {key.replace(".${model}", "") for key in pipeline[stage]["params"]}
    read = set(traces[1][stage]["read"])
    top_level = {key.split(".")[0] for key in declared}
    assert {key for key in read if "." not in key} == top_level
    narrowed = {key.split(".")[0] for key in declared if "." in key}
    assert {key for key in read if "." in key and key.split(".")[0] in narrowed} <= declared


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_loads_a_tool(traces, stage):
    assert not [path for path in traces[1][stage]["imported"] if path.startswith("src/retrace/tools")]


@pytest.mark.slow
def test_train_never_opens_the_test_part(traces):
    assert "cache/test.pkl" not in traces[1]["train"]["opened"]


@pytest.mark.slow
def test_no_stage_imports_torch_where_no_network_runs(project):
    project.set(data="wine", model="hist_gradient_boosting", report__resamples=100)
    # Only a process of its own tells whether torch was imported, by whatever library.
    run = project.run(sys.executable, "-c", ONE_AFTER_ANOTHER, *STAGES, warm=False)
    imported, *ours = run.stdout.splitlines()[-1].split()
    assert imported == "False"
    files = [Path(importlib.util.find_spec(name).origin) for name in ours]
    assert len(files) > 50
    at_once = re.compile(r"^(import|from) torch\b", re.MULTILINE)
    assert not [path for path in files if at_once.search(path.read_text())]


def test_every_stage_depends_on_its_script_and_the_pinned_requirements(pipeline):
    for name, stage in pipeline.items():
        assert {f"src/{name}.py", "requirements.txt"} <= set(stage["deps"])
        assert ("requirements-torch.txt" in stage["deps"]) == (name in WITH_TORCH)


def test_every_section_of_params_is_declared_by_a_stage(pipeline):
    declared = {key.split(".")[0] for stage in pipeline.values() for key in stage["params"]}
    assert declared == set(Params.__dataclass_fields__)


def test_params_are_read_by_the_rules_of_dvc():
    assert load_yaml(ROOT / "params.yaml") == dvc.api.params_show(repo=str(ROOT))


def test_yaml_1_2_rules_hold(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text("rate: 1e-4\nanswer: yes\noctal: 010\n")
    assert load_yaml(path) == {"rate": 1e-4, "answer": "yes", "octal": 10}


def test_metrics_keep_their_keys():
    metrics = json.loads((ROOT / "metrics.json").read_text())
    assert tuple(metrics["validation"]) in map(metric_names, ("classification", "regression"))
    assert list(metrics["test"]) == [*metrics["validation"], "n"]


def test_committed_params_are_valid():
    params = load_params(ROOT / "params.yaml")
    check_metric(params, describe(params.data, ROOT / "data").task)


@functools.cache
def nodes_of(file):
    """Return each node of a file's syntax tree: parsing hundreds of files takes what the tests take."""
    return list(ast.walk(ast.parse(file.read_text())))


def imports_of(file):
    """Yield each module of the package that a file imports, such as ``tools.search.setup``."""
    for node in nodes_of(file):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("retrace"):
            yield from (f"{node.module}.{alias.name}".partition(".")[2] for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (
                alias.name.partition(".")[2] for alias in node.names if alias.name.startswith("retrace.")
            )


def room_of(module):
    return module.removeprefix("tools.").partition(".")[0]


def files_of(folder):
    return folder.rglob("*.py") if folder.is_dir() else [folder.with_suffix(".py")]


@pytest.mark.parametrize("room", PIPELINE)
def test_the_pipeline_imports_only_downward_and_no_tool(room):
    below = PIPELINE[: PIPELINE.index(room) + 1]
    for file in files_of(PACKAGE / room):
        imported = set(imports_of(file))
        assert not {module for module in imported if module.startswith("tools")}, file
        assert set(map(room_of, imported)) <= set(below), file


@pytest.mark.parametrize("tool", TOOLS)
def test_tools_import_only_downward(tool):
    below = {*PIPELINE, *TOOLS[: TOOLS.index(tool) + 1]}
    for file in files_of(PACKAGE / "tools" / tool):
        assert set(map(room_of, imports_of(file))) <= below, file


def test_every_room_has_its_place():
    assert names_in(PACKAGE) - {"tools"} == set(PIPELINE)
    assert names_in(PACKAGE / "tools") == set(TOOLS)


def names_in(folder):
    return {
        path.stem for path in folder.iterdir() if path.stem[0] not in "_." and path.suffix != ".typed"
    }


def test_stages_never_import_each_other():
    for stage in STAGES:
        tree = ast.parse((ROOT / f"src/{stage}.py").read_text())
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not imported & set(STAGES)


def test_a_stage_script_stays_short():
    for stage in STAGES:
        assert len((ROOT / f"src/{stage}.py").read_text().splitlines()) < 60


def sources():
    return [*(ROOT / "src").rglob("*.py"), *(ROOT / "hpo").rglob("*.py")]


def test_a_file_stays_under_250_lines():
    assert not [path for path in sources() if len(path.read_text().splitlines()) > 250]


def test_a_function_stays_under_50_lines():
    """Of its body: a signature may list a command's options, and a docstring may be long."""
    functions = [
        (path.name, node)
        for path in sources()
        for node in nodes_of(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert not [(file, node.name) for file, node in functions if lines_of_body(node) > 50]


def lines_of_body(node):
    body = node.body[ast.get_docstring(node) is not None :]
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_only_artifacts_names_files_under_cache():
    naming = [
        path.name for path in (ROOT / "src").rglob("*.py") if re.search(r"[\"']cache/", path.read_text())
    ]
    assert naming == ["artifacts.py"]


def test_links_between_documents_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_files_of_this_repository_that_documents_name_are_there():
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for path in re.findall(r"`(tests/\w+\.py|src/retrace/(?!tools)[\w/.-]+)`", page.read_text()):
            assert page.name == "CHANGELOG.md" or (ROOT / path).exists(), f"{page.name}: {path}"


def contents_of(module):
    """Return what a module of the package has at its top, and the modules beside it."""
    path = PACKAGE.joinpath(*module.split(".")[1:])
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    tops = nodes_of(file)[0].body
    named = {node.name for node in tops if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    bound = {name.id for top in tops for name in ast.walk(top) if isinstance(name, ast.Name)}
    imported = {a.name for top in tops if isinstance(top, ast.ImportFrom) for a in top.names}
    return named | bound | imported | {each.stem for each in path.glob("*")}


def test_what_benchmarks_and_pages_take_from_the_package_is_there():
    """No other test runs them, and types are not checked there."""
    folders = ["benchmarks", "data_exploration", "docs", "hpo"]
    for file in (file for folder in folders for file in (ROOT / folder).rglob("*.py")):
        for node in nodes_of(file):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("retrace"):
                assert {alias.name for alias in node.names} <= contents_of(node.module), file


def test_tests_mirror_the_package():
    for path in (ROOT / "src/retrace").rglob("*.py"):
        if path.stem not in {"__init__", "__main__", "description", "events"}:
            mirror = path.relative_to(ROOT / "src/retrace").with_name(f"test_{path.name}")
            assert (Path(__file__).parent / mirror).exists(), f"no test file for {path.name}"


# They start programs, none of them Git or DVC: `nvidia-smi`, SLURM, CML, an emulated processor.
STARTERS = {"machine.py", "slurm.py", "comment.py", "emulation.py", "wheel.py"}

# A reader asks where DVC's cache lies, since data may be links into it; the pipeline imports no tool.
ASKS_FOR_THE_CACHE = PACKAGE / "readers/shared/links.py"


def test_only_tools_repository_knows_git_dvc_and_the_form_of_dvc_lock():
    room = PACKAGE / "tools/repository"
    others = (path for path in PACKAGE.rglob("*.py") if not path.is_relative_to(room))
    for path in (path for path in others if path != ASKS_FOR_THE_CACHE):
        nodes = nodes_of(path)
        imported = {
            node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level
        }
        imported |= {each.name for node in nodes if isinstance(node, ast.Import) for each in node.names}
        tops = {name.partition(".")[0] for name in imported}
        assert not {top for top in tops if top.startswith(("dvc", "scmrepo", "git"))}, path
        assert "subprocess" not in tops or path.name in STARTERS, path
        texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
        texts -= {"deps"} if path.name == "cli.py" else set()  # the name of a command
        assert not texts & {"deps", "outs", "files/md5"}, path


def test_git_takes_no_raw_data_whatever_branch_it_is_on(tmp_path):
    files = ["data/mine/t.csv", "data/mine/deep/a.png", "data/mine.yaml", "data/mine.dvc"]
    run(["git", "init", "-q", tmp_path], check=True)
    shutil.copy(ROOT / ".gitignore", tmp_path)
    ignored = run(
        ["git", "-C", tmp_path, "check-ignore", *files], capture_output=True, text=True, check=True
    )
    assert ignored.stdout.split() == files[:2]
