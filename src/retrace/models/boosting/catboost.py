"""What is asked of CatBoost: rows in, trees as bytes out, and back to numbers."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, issparse

from retrace.core.records import Floats
from retrace.models.boosting.definition import OnRound, Options, Rows, imported

# What it writes into a model beside the trees, and of which no two trainings have the same.
NOT_REPEATABLE = ("model_guid", "train_finish_time")


class CatBoost:
    """CatBoost's trees; they are kept in its binary format, without the date and the random name."""

    @staticmethod
    def boost(training: Rows, validation: Rows | None, options: Options, on_round: OnRound) -> Any:
        """Boost trees until `on_round` says that it is enough."""
        catboost = imported("catboost")

        after_round = _AfterRound(on_round)
        booster = catboost.CatBoost(_params(options))
        with _refusal(catboost):
            booster.fit(
                _pool(catboost, training),
                eval_set=None if validation is None else _pool(catboost, validation),
                use_best_model=False,
                callbacks=[after_round],
            )
        if after_round.raised is not None:
            raise after_round.raised
        return booster

    @staticmethod
    def pack(booster: Any, n_rounds: int) -> bytes:
        """Return the first trees as bytes."""
        first = booster.copy()
        first.shrink(n_rounds)
        said = first.get_metadata()
        for key in NOT_REPEATABLE:
            del said[key]
        with tempfile.TemporaryDirectory(prefix="retrace-catboost-") as folder:
            file = Path(folder, "model.cbm")
            first.save_model(str(file))
            return file.read_bytes()

    @staticmethod
    def unpack(packed: bytes) -> Any:
        """Return what `pack` packed."""
        return imported("catboost").CatBoost().load_model(blob=packed)

    @staticmethod
    def outputs(booster: Any, rows: Rows, threads: int) -> Floats:
        """Return probabilities, of two classes of the second alone; of a regression numbers."""
        catboost = imported("catboost")
        kind = "Probability" if len(booster.classes_) else "RawFormulaVal"
        with _refusal(catboost):
            said = booster.predict(_pool(catboost, rows), prediction_type=kind, thread_count=threads)
        return said[:, 1] if kind == "Probability" and said.shape[1] == 2 else said


class _AfterRound:
    """What CatBoost tells of each round; of what is raised here it would make an error of its own."""

    raised: BaseException | None = None

    def __init__(self, on_round: OnRound) -> None:
        self.on_round = on_round

    def after_iteration(self, info: Any) -> bool:
        """Tell whether to go on."""
        parts = {"train": "learn", "validation": "validation"}
        logs = {part: info.metrics[name] for part, name in parts.items() if name in info.metrics}
        try:
            return not self.on_round({part: next(iter(log.values()))[-1] for part, log in logs.items()})
        except BaseException as error:  # Ctrl+C, a trial that is given up
            self.raised = error
            return False


def _params(options: Options) -> dict[str, Any]:
    loss = {0: "RMSE", 2: "Logloss"}.get(options.n_classes, "MultiClass")
    sample = {"bootstrap_type": "Bernoulli", "subsample": options.subsample}
    return {
        "loss_function": loss,
        "iterations": options.n_estimators,
        "learning_rate": options.learning_rate,
        "l2_leaf_reg": options.reg_lambda,
        **(sample if options.subsample < 1 else {"bootstrap_type": "No"}),
        "rsm": options.colsample_bytree,
        "thread_count": options.threads,
        "random_seed": options.seed,
        "boosting_type": "Plain",
        "allow_writing_files": False,
        "logging_level": "Silent",
        **options.shape,
    }


def _pool(catboost: Any, rows: Rows) -> Any:
    """Make a column of numbers float, one of categories whole numbers, of which -1 is a gap."""
    X = csr_matrix(rows.X) if issparse(rows.X) else rows.X  # of sparse arrays it knows nothing
    if rows.categorical:
        columns = dict(enumerate(X.T))
        for place in rows.categorical:
            columns[place] = np.nan_to_num(columns[place], nan=-1).astype(np.int64)
        X = pd.DataFrame(columns)
    return catboost.Pool(X, label=rows.y, weight=rows.weight, cat_features=rows.categorical)


@contextmanager
def _refusal(catboost: Any) -> Iterator[None]:
    """Raise what it says of rows or options as scikit-learn does."""
    try:
        yield
    except catboost.CatBoostError as error:
        said = str(error).splitlines()[0]
        raise ValueError(re.sub(r"^\S+\.cpp:\d+: ", "", said)) from error
