import json

import pytest

from retrace.cleaning.embedding.recipe import Recipe, read_recipe
from retrace.core.errors import ModelError

MODULES = [
    {"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
]


@pytest.fixture
def model(tmp_path):
    """Write a sentence model's files, without weights."""

    def write(pooling, modules=MODULES, **files):
        (tmp_path / "1_Pooling").mkdir()
        (tmp_path / "1_Pooling/config.json").write_text(json.dumps(pooling))
        for name, values in (files | {"modules": modules}).items():
            (tmp_path / f"{name}.json").write_text(json.dumps(values))
        return tmp_path

    return write


def test_the_recipe_of_a_real_model_is_read(minilm):
    expected = Recipe(max_length=256, pooling="mean", normalize=True)
    assert read_recipe(minilm, "preprocess.text") == expected


def test_a_folder_without_a_recipe_gets_the_mean(tmp_path):
    assert read_recipe(tmp_path, "preprocess.text") == Recipe(pooling="mean", normalize=False)


@pytest.mark.parametrize(
    "pooling",
    [{"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, {"pooling_mode": "cls"}],
)
def test_old_and_new_names_of_a_pooling_mean_the_same(model, pooling):
    limits = {"max_seq_length": 128, "do_lower_case": True}
    recipe = read_recipe(model(pooling, sentence_bert_config=limits), "preprocess.text")
    assert recipe == Recipe(pooling="cls", max_length=128, lower_case=True)


def test_an_unknown_step_is_refused(model):
    dense = {"idx": 2, "path": "2_Dense", "type": "sentence_transformers.models.Dense"}
    with pytest.raises(ModelError, match="has the steps Transformer, Pooling, Dense; known are"):
        read_recipe(model({}, modules=[*MODULES, dense]), "preprocess.text")


def test_an_unknown_way_of_pooling_is_refused(model):
    with pytest.raises(ModelError, match="pools its tokens by weightedmean; known is one of mean"):
        read_recipe(model({"pooling_mode": "weightedmean"}), "preprocess.text")


def test_a_prompt_before_each_text_is_refused(model):
    prompts = {"default_prompt_name": "query", "prompts": {"query": "query: "}}
    with pytest.raises(ModelError, match="puts a prompt before each text, which is not supported"):
        read_recipe(model({}, config_sentence_transformers=prompts), "preprocess.text")


def test_a_damaged_file_is_named(model):
    folder = model({})
    (folder / "modules.json").write_text("{")
    with pytest.raises(ModelError, match=r"modules.json cannot be read .*: put the file back"):
        read_recipe(folder, "preprocess.text")
