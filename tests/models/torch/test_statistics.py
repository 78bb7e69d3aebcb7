import numpy as np
import pytest

from retrace.models.torch import statistics
from retrace.models.torch.statistics import channel_statistics


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_mean_and_spread_are_those_of_numpy(dtype, monkeypatch):
    monkeypatch.setattr(statistics, "BLOCK_BYTES", 100)
    X = np.random.default_rng(0).integers(0, 256, (30, 5, 4, 3)).astype(dtype)
    mean, scale = channel_statistics(X)
    np.testing.assert_allclose(mean, X.mean(axis=(0, 1, 2), dtype=float), rtol=1e-12)
    np.testing.assert_allclose(scale, X.std(axis=(0, 1, 2), dtype=float), rtol=1e-12)


def test_a_channel_of_one_value_is_not_divided_by_zero():
    assert channel_statistics(np.full((4, 3, 3, 1), 7, np.uint8))[1].tolist() == [1.0]
