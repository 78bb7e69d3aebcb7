import sys
from pathlib import Path

import pytest
from dvc.utils.serialize import dumps_yaml, loads_yaml

from retrace.core.errors import RetraceError
from retrace.tools.kubeflow.compiling import build_pipeline, check_installed, write_pipeline
from retrace.tools.kubeflow.planning import plan_components
from retrace.tools.repository.resolved_stages import ignore_files, resolve_stages
from retrace.tools.repository.resources import read_resources

GOLDEN = Path(__file__).with_name("golden.yaml")

RESOURCES = "default: {memory: 2G}\ncount: {cpus: 4, gpus: 1, image: 'lab/python-cuda:1'}\n"


def compiled(folder, resources="", **options):
    pytest.importorskip("kfp", reason="Kubeflow Pipelines' SDK is not installed: requirements-kfp.txt")
    stages = resolve_stages()
    (folder / "resources.yaml").write_text(resources)
    asked = read_resources(folder / "resources.yaml", [each.name for each in stages])
    components = plan_components(stages, ignore_files())
    pipeline = build_pipeline("toy", components, store="s3://lab/kfp", resources=asked, **options)
    write_pipeline(pipeline, folder / "pipeline.yaml")
    return (folder / "pipeline.yaml").read_text()


def shown(text):
    """Leave out the version of the SDK, and the functions that all components carry."""
    found = loads_yaml(text)
    del found["sdkVersion"]
    for executor in found["deploymentSpec"]["executors"].values():
        if command := executor.get("container", {}).get("command"):
            command[-1] = "def " + command[-1].rpartition("\ndef ")[2]
    return dumps_yaml(found)


def test_a_pipeline_is_compiled_to_the_same_text_each_time(toy):
    first = compiled(toy, RESOURCES, image="lab/python:1")
    assert shown(first) == GOLDEN.read_text()
    assert compiled(toy, RESOURCES, image="lab/python:1") == first


@pytest.mark.parametrize(
    ("resources", "image", "said"),
    [
        ("count: {image: x}", None, "which image does 'make' run in"),
        ("default: {memory: much}", "x", "KFP refuses the pipeline: .*memory"),
    ],
)
def test_what_is_wrong_with_a_pipeline_is_said(toy, resources, image, said):
    with pytest.raises(RetraceError, match=said):
        compiled(toy, resources, image=image)


def test_without_kfp_a_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "kfp", None)
    with pytest.raises(RetraceError, match=r"run `pip install --no-deps -r requirements-kfp\.txt`"):
        check_installed()
