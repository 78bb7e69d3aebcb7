"""What every data/<name>.yaml says, whatever its reader."""

from typing import Literal

from pydantic import StrictBool
from pydantic.dataclasses import dataclass

from retrace.core.checked_yaml import CONFIG
from retrace.core.records import Task

described = dataclass(frozen=True, kw_only=True, config=CONFIG)


@described
class CommonDescription:
    """The keys that all datasets share; a reader adds its own."""

    title: str
    task: Task
    kind: Literal["tabular", "image", "text"]
    reader: str
    licence: str = "not stated"
    citation: str | None = None
    private: StrictBool = False
