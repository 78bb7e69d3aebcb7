import pytest

from retrace.core.errors import ParamsError
from retrace.tools.repository.resources import read_resources

STAGES = ["split", "train"]


@pytest.fixture
def read(tmp_path):
    def of(text):
        (tmp_path / "resources.yaml").write_text(text)
        return read_resources(tmp_path / "resources.yaml", STAGES)

    return of


def test_a_stage_adds_to_what_all_ask_for(read):
    found = read("default: {cpus: 2, memory: 4G}\ntrain: {cpus: 8, gpus: 1, options: [--nice]}\n")
    assert found["split"].as_options() == ["--cpus-per-task=2", "--mem=4G"]
    assert found["train"].as_options() == ["--cpus-per-task=8", "--gpus=1", "--mem=4G", "--nice"]
    assert found["experiment"].as_options() == ["--cpus-per-task=2", "--mem=4G"]


def test_without_a_file_the_cluster_decides(tmp_path):
    assert read_resources(tmp_path / "none.yaml", STAGES)["train"].as_options() == ["--cpus-per-task=1"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("trian: {cpus: 1}", r"'trian' is no stage \(did you mean 'train'\?\); allowed: default, exp"),
        ("train: {cpu: 1}", r"train.*cpu .*did you mean 'cpus'"),
        ("train: {cpus: many}", r"train\.cpus"),
        ("train: {gpus: -1}", r"train\.gpus"),
    ],
)
def test_mistakes_are_named(read, text, said):
    with pytest.raises(ParamsError, match=said):
        read(text)
