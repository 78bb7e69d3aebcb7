"""params.yaml as frozen dataclasses: one per section, each checked when it is made."""

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le, Lt
from pydantic import AfterValidator, PlainValidator, Strict, StrictBool, model_validator
from pydantic.dataclasses import dataclass

from retrace.core.checked_yaml import CONFIG, checked, load_yaml
from retrace.core.errors import ParamsError, did_you_mean
from retrace.core.instructions import Instructions

# Strict: pydantic would otherwise take "3", 3.0 or true for 3.
Positive = Annotated[float, Strict(), Gt(0)]
NonNegative = Annotated[float, Strict(), Ge(0)]
Fraction = Annotated[float, Strict(), Ge(0), Le(1)]
InnerFraction = Annotated[float, Strict(), Gt(0), Lt(1)]
Count = Annotated[int, Strict(), Ge(1), Lt(2**31)]
Seed = Annotated[int, Strict(), Ge(0), Lt(2**32)]


def _pinned(revision: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", revision):
        raise ValueError(
            f"got '{revision}', should be the full commit hash of a name on the Hugging Face hub (40"
            " hexadecimal digits), or the hash of a folder (64; left empty, `preprocess` tells it)"
        )
    return revision


Revision = Annotated[str, Strict(), AfterValidator(_pinned)]


def _plain_name(name: str) -> str:
    if not re.fullmatch(r"\w[\w .+-]*", name):
        raise ValueError(f"got '{name}', should be the name of a data/<name>.yaml, with no folder in it")
    return name


Name = Annotated[str, Strict(), AfterValidator(_plain_name)]

section = dataclass(frozen=True, kw_only=True, config=CONFIG)


@section
class TabularCleaning:
    """Row-wise work on tables."""

    strip_text: StrictBool


@section
class Pretrained:
    """The frozen network that turns each row into a vector, if any."""

    backbone: str | None
    revision: Revision | None
    batch_size: Count


@section
class ImageCleaning(Pretrained):
    """Row-wise work on images."""

    size: Count | None
    channels: Literal[1, 3, 4] | None
    fit: Literal["stretch", "crop", "pad"]


@section
class TextCleaning(Pretrained):
    """Row-wise work on texts."""

    remove: tuple[Literal["headers", "footers", "quotes"], ...]


def _step(choice: object) -> object:
    if isinstance(choice, str):
        return choice
    if isinstance(choice, Mapping) and len(choice) == 1:
        ((name, arguments),) = choice.items()
        if isinstance(name, str) and isinstance(arguments, Mapping | None):
            return {name: dict(arguments)} if arguments else name
    raise ValueError(
        f"got {choice!r}, should be the name of a function in src/cleaners.py, or the name with its"
        " arguments, such as {family_size: {add: 1}}"
    )


# A function of src/cleaners.py: its name, or its name and its arguments.
StepChoice = Annotated[str | dict[str, dict[str, Any]], PlainValidator(_step)]


@section
class Preprocess:
    """Stateless work per kind of data; nothing here learns from the data."""

    tabular: TabularCleaning
    image: ImageCleaning
    text: TextCleaning
    steps: tuple[StepChoice, ...]


@section
class Split:
    """How rows become a training, a validation and a test part."""

    method: Literal["stratified", "group", "time", "hash", "fixed"]
    seed: Seed
    train: InnerFraction
    validation: InnerFraction
    test: InnerFraction
    duplicates_together: StrictBool

    @model_validator(mode="after")
    def _fractions_sum_to_one(self) -> "Split":
        total = self.train + self.validation + self.test
        if not math.isclose(total, 1, abs_tol=1e-6):
            raise ValueError(
                f"train, validation and test are {self.train} + {self.validation} + {self.test}"
                f" = {total:g}, should sum to 1: change one of them"
            )
        return self


def _from_to(ngrams: tuple[int, int]) -> tuple[int, int]:
    if ngrams[0] > ngrams[1]:
        raise ValueError(f"got {list(ngrams)}, should be the shortest and the longest, such as [1, 2]")
    return ngrams


Ngrams = Annotated[tuple[Count, Count], AfterValidator(_from_to)]


@section
class TextFeatures:
    """How texts become numbers: tf-idf of words, of letters within words, or of both."""

    word_ngrams: Ngrams | None
    char_ngrams: Ngrams | None
    stop_words: Literal["english"] | None
    min_df: Count
    max_df: InnerFraction | Literal[1]
    max_features: Count | None
    sublinear: StrictBool

    @model_validator(mode="after")
    def _something_is_counted(self) -> "TextFeatures":
        if self.word_ngrams is None and self.char_ngrams is None:
            raise ValueError("word_ngrams and char_ngrams are both null: set one, such as [1, 2]")
        return self


@section
class Features:
    """What a model's Pipeline fits on the training rows before the model itself."""

    impute: Literal["median", "mean", "most_frequent"]
    missing_indicator: StrictBool
    scale: Literal["standard", "robust", "minmax"]
    max_categories: Annotated[int, Strict(), Ge(2)]
    select: Count | None
    text: TextFeatures


@section
class Train:
    """How a model is computed. Each value changes bits, so each is fixed."""

    device: Literal["cpu", "cuda"]
    precision: Literal["float32", "bfloat16"]
    threads: Count
    instructions: Instructions


@section
class Costs:
    """What a mistake costs, of two classes: the second taken for the first, and the reverse."""

    false_positive: Positive
    false_negative: Positive


@section
class Report:
    """How certain the report is, and how much it shows."""

    confidence: InnerFraction
    resamples: Annotated[int, Strict(), Ge(100)]
    seed: Seed
    mistakes: Annotated[int, Strict(), Ge(0), Le(100)]
    slices: list[str]
    metrics: list[str]
    threshold: InnerFraction | Literal["f1"] | Costs


@section
class Params:
    """All of params.yaml."""

    seed: Seed
    data: Name
    preprocess: Preprocess
    split: Split
    features: Features
    calibrate: Literal["isotonic", "sigmoid"] | None
    model: str
    models: dict[str, dict[str, Any]]
    train: Train
    report: Report
    metric: str

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """The section of the model in use, as ``params.yaml: models.<model>`` gives it."""
        return self.models[self.model]


# Sections of params.yaml for other stages: the scripts of notebooks get their values as arguments.
OF_OTHERS = {"notebooks"}


def checked_params(values: Mapping[str, Any], where: str) -> Params:
    """Check all of params.yaml but the sections of other stages.

    Raises
    ------
    ParamsError
        A key is unknown, missing, or has a value of the wrong type or out of range.
    """
    own = {key: value for key, value in values.items() if key not in OF_OTHERS}
    return checked(Params, own, where)


def load_params(path: Path = Path("params.yaml")) -> Params:
    """Read and check params.yaml.

    The hyperparameters of a model are checked where it is built (`retrace.models`), the metric where the
    task is known (`retrace.evaluation.metrics.check_metric`).

    Raises
    ------
    ParamsError
        A key is unknown, missing, or has a value of the wrong type or out of range.
    """
    values = load_yaml(path)
    if not values:  # as DVC leaves it, which writes it in place, when a kill meets `dvc exp run -S`
        raise ParamsError(f"{path} is empty: `git checkout {path}` brings back what was committed")
    params = checked_params(values, str(path))
    if params.model not in params.models:
        raise ParamsError(
            f"{path}: model: got '{params.model}'{did_you_mean(params.model, params.models)};"
            f" allowed: {', '.join(params.models)}"
        )
    return params
