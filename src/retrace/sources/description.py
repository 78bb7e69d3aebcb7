"""What every data/<name>.yaml says, whatever its reader."""

from typing import Literal

from pydantic.dataclasses import dataclass

from retrace.records import Task
from retrace.settings import CONFIG

described = dataclass(frozen=True, kw_only=True, config=CONFIG)


@described
class CommonDescription:
    """The keys that all datasets share; a reader adds its own."""

    title: str
    task: Task
    kind: Literal["tabular", "image", "text"]
    reader: str
    licence: str
    citation: str | None = None
