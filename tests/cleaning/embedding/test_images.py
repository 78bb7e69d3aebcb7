import numpy as np
import pytest

from retrace.cleaning.embedding.images import ImageBackbone
from retrace.core.errors import ModelError

pytestmark = pytest.mark.slow  # importing transformers takes seconds


@pytest.fixture
def backbone(pinned, mobilenet):
    return ImageBackbone(pinned("image", mobilenet), "cpu")


def ignore(n_rows):
    """Take the place of a progress bar."""


def test_each_image_becomes_a_vector(backbone, photos):
    done = []
    vectors = backbone.vectors(photos, done.append)
    assert vectors.shape == (20, 1280)
    assert vectors.dtype == np.float32
    assert vectors.std(axis=0).max() > 0.01, "different images, different vectors"
    assert done == [8, 8, 4]


def test_the_same_images_give_the_same_bytes(backbone, pinned, mobilenet, photos):
    again = ImageBackbone(pinned("image", mobilenet), "cpu")
    assert backbone.vectors(photos, ignore).tobytes() == again.vectors(photos, ignore).tobytes()


def test_the_vector_of_an_image_does_not_depend_on_its_batch(backbone, photos):
    alone = np.concatenate([backbone.vectors(photos[i : i + 1], ignore) for i in range(0, 20, 4)])
    together = backbone.vectors(photos, ignore)[::4]
    np.testing.assert_allclose(alone, together, rtol=1e-5, atol=1e-5)


def test_a_grey_image_is_the_same_as_its_rgb(backbone, photos):
    grey = photos[..., :1]
    as_rgb = np.repeat(grey, 3, axis=-1)
    assert (backbone.vectors(grey, ignore) == backbone.vectors(as_rgb, ignore)).all()


def test_another_number_of_channels_is_refused(backbone, photos):
    with pytest.raises(ModelError, match=r"takes grey or RGB images, got 2 channels: set .*channels: 3"):
        backbone.vectors(photos[..., :2], ignore)


def test_the_vectors_are_those_of_the_network_itself(backbone, mobilenet, photos):
    import torch
    import transformers

    processor = transformers.AutoImageProcessor.from_pretrained(mobilenet, backend="pil")
    network = transformers.AutoModel.from_pretrained(mobilenet).eval()
    with torch.no_grad():
        expected = network(**processor(list(photos), return_tensors="pt")).pooler_output.numpy()
    np.testing.assert_allclose(backbone.vectors(photos, ignore), expected, rtol=1e-3, atol=1e-3)


def test_a_network_of_images_and_texts_gives_its_image_vector(pinned, tmp_path, photos):
    import transformers

    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1}
    vision = small | {"num_attention_heads": 2, "image_size": 32, "patch_size": 16}
    text = small | {"num_attention_heads": 2, "vocab_size": 50}
    config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=6)
    transformers.CLIPModel(config).save_pretrained(tmp_path)
    size = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}}
    transformers.CLIPImageProcessorPil(**size).save_pretrained(tmp_path)
    assert ImageBackbone(pinned("image", tmp_path), "cpu").vectors(photos, ignore).shape == (20, 6)


def test_a_pooling_layer_without_weights_is_not_used(pinned, tmp_path, photos):
    import transformers

    small = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = transformers.ViTConfig(**small, image_size=32, patch_size=16)
    transformers.ViTModel(config, add_pooling_layer=False).save_pretrained(tmp_path)
    transformers.ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(tmp_path)
    runs = [ImageBackbone(pinned("image", tmp_path), "cpu").vectors(photos, ignore) for _ in range(2)]
    assert (runs[0] == runs[1]).all(), "the random layer would differ from load to load"


def test_a_folder_without_its_image_processor_is_refused_in_one_line(pinned, mobilenet, tmp_path):
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).symlink_to(mobilenet / name)
    with pytest.raises(ModelError, match=r"AutoImageProcessor cannot load .*Can't load image processor"):
        ImageBackbone(pinned("image", tmp_path), "cpu")
