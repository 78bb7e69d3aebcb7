"""What every data/<name>.yaml says, whatever its reader."""

from typing import Annotated, Literal

from annotated_types import Ge
from pydantic import BeforeValidator, Strict, StrictBool, model_validator
from pydantic.dataclasses import dataclass

from retrace.core.checked_yaml import CONFIG
from retrace.core.records import TargetScale, Task

described = dataclass(frozen=True, kw_only=True, config=CONFIG)


@described
class RareClasses:
    """Classes of fewer rows than ``fewer_than`` are left out, or become the class ``merge_into``."""

    fewer_than: Annotated[int, Strict(), Ge(2)]
    merge_into: str | None = None


def _name_of_a_class(value: object) -> object:
    """Take 1 and true, which YAML reads as what they are, for the names of classes."""
    return (
        {True: "True", False: "False"}[value]
        if isinstance(value, bool)
        else (str(value) if isinstance(value, int | float) else value)
    )


@described
class CommonDescription:
    """The keys that all datasets share; a reader adds its own.

    Attributes
    ----------
    duplicates : str or None
        What exact duplicates are: ``"keep"``, samples of their own; ``"drop"``, copies to leave out;
        ``"together"``, copies that stay in one part; None: as ``split.duplicates_together`` says.
    rare_classes : RareClasses or None
        What becomes of classes that are too small.
    positive : str or None
        Of two classes, the one that is looked for.
    target_scale : str or None
        Of a regression: ``"log"`` or ``"log1p"``, what a model learns in place of the target.
    """

    title: str
    task: Task
    kind: Literal["tabular", "image", "text"]
    reader: str
    licence: str = "not stated"
    citation: str | None = None
    private: StrictBool = False
    duplicates: Literal["keep", "drop", "together"] | None = None
    rare_classes: RareClasses | None = None
    positive: Annotated[str, BeforeValidator(_name_of_a_class)] | None = None
    target_scale: TargetScale | None = None

    @model_validator(mode="after")
    def _keys_go_with_the_task(self) -> "CommonDescription":
        if self.task == "regression" and (self.rare_classes or self.positive):
            raise ValueError("`rare_classes` and `positive` go with `task: classification`")
        if self.task == "classification" and self.target_scale:
            raise ValueError("`target_scale` goes with `task: regression`: classes have no logarithm")
        return self
