import numpy as np
import pytest
from scipy.sparse import csr_array

from extras import needs
from retrace.models.boosting.catboost import CatBoost
from retrace.models.boosting.definition import Options, Rows

pytestmark = needs("catboost")

OPTIONS = Options(
    n_classes=0, n_estimators=3, learning_rate=0.3, reg_lambda=3.0, subsample=1, colsample_bytree=1,
    shape={}, threads=1, seed=0,
)  # fmt: skip

X = np.random.default_rng(0).normal(size=(60, 2))


def test_what_it_says_of_rows_is_passed_on_without_its_places_in_code():
    with pytest.raises(ValueError, match=r"^All train targets are equal$"):
        CatBoost.boost(Rows(X=X, categorical=[], y=np.ones(60)), None, OPTIONS, lambda losses: False)


def test_sparse_rows_are_taken_and_no_date_nor_random_name_is_kept():
    rows = Rows(X=csr_array(X * (X > 0)), categorical=[], y=X[:, 0])
    booster = CatBoost.boost(rows, None, OPTIONS, lambda losses: False)
    kept = CatBoost.unpack(CatBoost.pack(booster, 2))
    assert kept.tree_count_ == 2
    assert not {"model_guid", "train_finish_time"} & set(kept.get_metadata().keys())
