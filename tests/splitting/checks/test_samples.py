import numpy as np
import pandas as pd
import pytest

from retrace.splitting.checks import samples


def test_a_small_part_is_taken_whole(make_dataset):
    rows = np.arange(10, 60)
    assert samples.sample_rows(make_dataset(n=100), rows, seed=0).tolist() == rows.tolist()


def test_a_large_part_is_drawn_from_and_the_same_seed_draws_the_same(make_dataset):
    dataset = make_dataset(n=30_000)
    first, again = (samples.sample_rows(dataset, np.arange(30_000), seed=0) for _ in range(2))
    assert len(np.unique(first)) == samples.MOST_ROWS
    assert first.tolist() == again.tolist()


def test_a_wide_table_gives_fewer_rows(make_dataset):
    X = pd.DataFrame(np.zeros((5_000, 1_000), dtype=np.uint8))
    dataset = make_dataset(n=5_000, X=X)
    assert len(samples.sample_rows(dataset, np.arange(5_000), seed=0)) == 2_000


def test_each_group_gives_one_row(make_dataset):
    dataset = make_dataset(n=90, groups=np.arange(90) // 3)
    rows = samples.sample_rows(dataset, np.arange(30, 60), seed=0)
    assert (rows // 3).tolist() == list(range(10, 20))
    assert set(rows % 3) == {0, 1, 2}


def test_images_are_known_by_brightness_and_contrast(make_dataset):
    dataset = make_dataset(n=600, kind="image")
    found = samples.comparable(dataset, np.arange(1, 600, 2))
    assert found["brightness"].iloc[-1] == pytest.approx(dataset.X[599].mean())
    assert found["contrast"].iloc[-1] == pytest.approx(dataset.X[599].std())


def test_texts_and_vectors_are_known_by_their_length(make_dataset):
    texts = make_dataset(n=3, kind="text", X=np.array(["a", "bb", "äöü"], dtype=object))
    assert samples.comparable(texts, np.array([0, 2]))["length"].tolist() == [1, 3]
    vectors = make_dataset(n=2, kind="vectors", X=np.array([[3, 4], [0, 1]], dtype=np.float32))
    assert samples.comparable(vectors, np.array([0, 1]))["length"].tolist() == [5, 1]
