import json
import shutil

import numpy as np
import pytest

from retrace.cleaning.embedding.texts import POOL, TextBackbone

pytestmark = pytest.mark.slow  # importing transformers takes seconds

TEXTS = np.array(
    [
        "A cat sleeps on the warm stove.",
        "The kitten naps beside the oven.",
        "Interest rates rose by half a point.",
        "",
        "Straße, naïve, 東京 🙂",
        *(f"Sentence {n} of several. " * n for n in range(1, 24, 11)),
    ],
    dtype=object,
)


def ignore(n_rows):
    """Take the place of a progress bar."""


@pytest.fixture(scope="module")
def backbone(minilm, params):
    import dataclasses

    from retrace.cleaning.embedding.pinned import folder_hash

    pins = {"backbone": str(minilm), "revision": folder_hash(minilm), "batch_size": 3}
    return TextBackbone(dataclasses.replace(params.preprocess.text, **pins), "cpu")


@pytest.fixture(scope="module")
def vectors(backbone):
    return backbone.vectors(TEXTS, ignore)


def test_texts_that_mean_the_same_are_near_each_other(vectors):
    cat, kitten, rates = vectors[:3]
    assert cat @ kitten > 0.5 > 0.2 > cat @ rates


def test_the_vectors_are_those_of_sentence_transformers(minilm, vectors):
    library = pytest.importorskip("sentence_transformers")
    expected = library.SentenceTransformer(str(minilm), device="cpu").encode(TEXTS.tolist())
    np.testing.assert_allclose(vectors, expected, rtol=0, atol=1e-5)


def test_the_same_texts_give_the_same_bytes(backbone, vectors):
    assert backbone.vectors(TEXTS, ignore).tobytes() == vectors.tobytes()


def test_the_vector_of_a_text_does_not_depend_on_its_batch(backbone, vectors):
    some = range(0, len(TEXTS), 3)
    alone = np.concatenate([backbone.vectors(TEXTS[i : i + 1], ignore) for i in some])
    np.testing.assert_allclose(alone, vectors[some], rtol=0, atol=1e-5)


def test_the_note_tells_how_many_texts_were_cut(pinned, minilm):
    backbone = TextBackbone(pinned("text", minilm, batch_size=1), "cpu")
    backbone.vectors(np.array(["short", "long " * 300], dtype=object), ignore)
    assert "of 1 of 2 texts it read the first 256 tokens only" in backbone.note(384)


def test_a_model_without_a_recipe_gets_the_mean_over_its_tokens(pinned, minilm, tmp_path, vectors):
    plain = shutil.copytree(minilm, tmp_path / "plain", ignore=shutil.ignore_patterns("modules.json"))
    (plain / "modules.json").unlink(missing_ok=True)
    backbone = TextBackbone(pinned("text", plain, batch_size=3), "cpu")
    found = backbone.vectors(TEXTS[:3], ignore)
    assert backbone.max_length == 512
    np.testing.assert_allclose(
        found / np.linalg.norm(found, axis=1, keepdims=True), vectors[:3], atol=1e-5
    )


def test_texts_are_put_into_lower_case_where_the_recipe_says_so(pinned, minilm, tmp_path):
    folder = shutil.copytree(minilm, tmp_path / "cased")
    for name, key in (("sentence_bert_config.json", "do_lower_case"), ("tokenizer.json", None)):
        settings = json.loads((folder / name).read_text())
        if key:
            settings[key] = True
        else:
            settings["normalizer"]["lowercase"] = False
        (folder / name).write_text(json.dumps(settings))
    backbone = TextBackbone(pinned("text", folder, batch_size=2), "cpu")
    cased, lower = backbone.vectors(np.array(["A CAT", "a cat"], dtype=object), ignore)
    assert (cased == lower).all()


@pytest.mark.parametrize(
    ("pooling", "expected"), [("mean", [2, 3]), ("cls", [1, 2]), ("max", [3, 4]), ("lasttoken", [3, 4])]
)
def test_padding_is_left_out_of_each_way_of_pooling(pooling, expected):
    import torch

    states = torch.tensor([[[1.0, 2], [3, 4], [99, 99]]])
    assert POOL[pooling](states, torch.tensor([[1, 1, 0]])).tolist() == [expected]
