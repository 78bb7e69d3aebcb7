"""An entry of ``preprocess.steps`` in params.yaml: a function of src/cleaners.py, and its arguments."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import PlainValidator


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
