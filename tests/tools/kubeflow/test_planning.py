import pytest

from retrace.tools.kubeflow.planning import plan_components, run_parameters
from retrace.tools.repository.resolved_stages import ignore_files, resolve_stages


def plans():
    return {each.name: each.plan for each in plan_components(resolve_stages(), ignore_files())}


def test_each_stage_becomes_a_component_with_what_it_needs_and_makes(toy):
    found = plans()
    assert list(found) == ["make", "part_small", "part_large", "count"]
    assert found["part_small"]["inputs"] == {"in_parts_all_txt": "parts/all.txt"}
    assert found["part_small"]["outputs"] == {"out_parts_small_txt": "parts/small.txt"}
    assert list(found["count"]["packs"]) == ["pack_files", "pack_of_data"]
    assert found["count"]["fixed"] == [["params.yaml", "model", "svm"]]


def test_a_value_that_stages_declare_is_one_parameter_with_its_default(toy):
    components = plan_components(resolve_stages(), ignore_files())
    assert {name: value.text for name, value in run_parameters(components).items()} == {
        "part_seed": "1",
        "part_rate": "0.0001",
        "part_none": "null",
        "part_names": '["a", "b"]',
        "part_lock": '"12"',
        "other_yaml_lambda": ".inf",
        "report_digits": "2",
        "models_svm_C": "1.0",
    }


def test_what_a_stage_needs_lies_in_its_packs(toy):
    count = plan_components(resolve_stages(), ignore_files())[-1]
    assert count.packs["pack_files"].files == (".dvcignore", "code/a.py", "count.py", "params.yaml")
    assert count.packs["pack_of_data"].files == ("data/rows.csv",)


@pytest.mark.parametrize(
    ("file", "text", "changed"),
    [
        ("count.py", "# new", ["count"]),
        ("code/a.py", "# new", ["count"]),
        ("code/__pycache__/a.pyc", "new", []),
        ("part.py", "# new", ["part_small", "part_large"]),
        ("data/rows.csv", "2", ["count"]),
        ("params.yaml", None, []),
    ],
)
def test_a_change_makes_another_component_only_of_the_stages_that_it_concerns(toy, file, text, changed):
    before = plans()
    content = (toy / file).read_text()
    # Whatever a run can set, and what no stage declares, stands in no component.
    params = content.replace("title: hello", "title: x").replace("seed: 1", "seed: 7")
    (toy / file).write_text(params if text is None else text)
    assert [name for name, plan in plans().items() if plan != before[name]] == changed
