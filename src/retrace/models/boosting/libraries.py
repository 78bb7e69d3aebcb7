"""What is asked of LightGBM and of XGBoost: rows in, trees as bytes out, and back to numbers."""

from typing import Any

from retrace.core.records import Floats
from retrace.models.boosting.catboost import CatBoost
from retrace.models.boosting.definition import OnRound, Options, Rows, imported


class LightGBM:
    """LightGBM's trees; they are kept in its text format, which repeats."""

    @staticmethod
    def boost(training: Rows, validation: Rows | None, options: Options, on_round: OnRound) -> Any:
        """Boost trees until `on_round` says that it is enough."""
        lightgbm = imported("lightgbm")

        def after_round(env: Any) -> None:
            if on_round({entry[0]: entry[2] for entry in env.evaluation_result_list}):
                raise lightgbm.callback.EarlyStopException(env.iteration, env.evaluation_result_list)

        train_set = _lightgbm_set(lightgbm, training)
        sets = {"train": train_set}
        if validation is not None:
            sets["validation"] = _lightgbm_set(lightgbm, validation, reference=train_set)
        return lightgbm.train(
            _lightgbm_params(options),
            train_set,
            num_boost_round=options.n_estimators,
            valid_sets=list(sets.values()),
            valid_names=list(sets),
            callbacks=[after_round],
        )

    @staticmethod
    def pack(booster: Any, n_rounds: int) -> bytes:
        """Return the first trees as bytes."""
        return booster.model_to_string(num_iteration=n_rounds).encode()

    @staticmethod
    def unpack(packed: bytes) -> Any:
        """Return what `pack` packed."""
        return imported("lightgbm").Booster(model_str=packed.decode())

    @staticmethod
    def outputs(booster: Any, rows: Rows, threads: int) -> Floats:
        """Return probabilities, of two classes of the second alone; of a regression numbers."""
        return booster.predict(rows.X, num_threads=threads)


class XGBoost:
    """XGBoost's trees; they are kept in its binary JSON, which repeats."""

    @staticmethod
    def boost(training: Rows, validation: Rows | None, options: Options, on_round: OnRound) -> Any:
        """Boost trees until `on_round` says that it is enough."""
        xgboost = imported("xgboost")

        class AfterRound(xgboost.callback.TrainingCallback):  # type: ignore[name-defined]
            def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
                return on_round({part: next(iter(log.values()))[-1] for part, log in evals_log.items()})

        train_set = _xgboost_set(xgboost, training, options.threads)
        sets = [(train_set, "train")]
        if validation is not None:
            sets.append((_xgboost_set(xgboost, validation, options.threads), "validation"))
        return xgboost.train(
            _xgboost_params(options),
            train_set,
            num_boost_round=options.n_estimators,
            evals=sets,
            callbacks=[AfterRound()],
            verbose_eval=False,
        )

    @staticmethod
    def pack(booster: Any, n_rounds: int) -> bytes:
        """Return the first trees as bytes."""
        return bytes(booster[:n_rounds].save_raw("ubj"))

    @staticmethod
    def unpack(packed: bytes) -> Any:
        """Return what `pack` packed."""
        return imported("xgboost").Booster(model_file=bytearray(packed))

    @staticmethod
    def outputs(booster: Any, rows: Rows, threads: int) -> Floats:
        """Return probabilities, of two classes of the second alone; of a regression numbers."""
        return booster.predict(_xgboost_set(imported("xgboost"), rows, threads)).astype("float64")


LIBRARIES: dict[str, type[LightGBM] | type[XGBoost] | type[CatBoost]] = {
    "lightgbm": LightGBM, "xgboost": XGBoost, "catboost": CatBoost,
}  # fmt: skip


def _lightgbm_params(options: Options) -> dict[str, Any]:
    return {
        **_objective(
            options.n_classes,
            {"objective": "regression", "metric": "rmse"},
            {"objective": "binary", "metric": "binary_logloss"},
            {"objective": "multiclass", "metric": "multi_logloss"},
        ),
        "learning_rate": options.learning_rate,
        "lambda_l2": options.reg_lambda,
        "bagging_fraction": options.subsample,
        "bagging_freq": int(options.subsample < 1),
        "feature_fraction": options.colsample_bytree,
        "num_threads": options.threads,
        "seed": options.seed,
        # Else it times both orders of adding gradients up and takes the quicker one.
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
        **options.shape,
    }


def _xgboost_params(options: Options) -> dict[str, Any]:
    return {
        **_objective(
            options.n_classes,
            {"objective": "reg:squarederror", "eval_metric": "rmse"},
            {"objective": "binary:logistic", "eval_metric": "logloss"},
            {"objective": "multi:softprob", "eval_metric": "mlogloss"},
        ),
        "eta": options.learning_rate,
        "lambda": options.reg_lambda,
        "subsample": options.subsample,
        "colsample_bytree": options.colsample_bytree,
        "nthread": options.threads,
        "seed": options.seed,
        "tree_method": "hist",
        "device": "cpu",
        "verbosity": 0,
        **options.shape,
    }


def _objective(
    n_classes: int, number: dict[str, Any], two: dict[str, Any], many: dict[str, Any]
) -> dict[str, Any]:
    if n_classes > 2:
        return many | {"num_class": n_classes}
    return two if n_classes else number


def _lightgbm_set(lightgbm: Any, rows: Rows, reference: Any = None) -> Any:
    return lightgbm.Dataset(
        rows.X,
        label=rows.y,
        weight=rows.weight,
        reference=reference,
        categorical_feature=rows.categorical,
        params={"verbosity": -1, "force_row_wise": True, "deterministic": True},
    )


def _xgboost_set(xgboost: Any, rows: Rows, threads: int) -> Any:
    types = ["q"] * rows.X.shape[1]
    for feature in rows.categorical:
        types[feature] = "c"
    return xgboost.DMatrix(
        rows.X,
        label=rows.y,
        weight=rows.weight,
        nthread=threads,
        feature_types=types,
        enable_categorical=bool(rows.categorical),
    )
