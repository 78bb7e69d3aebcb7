"""What data/<name>.yaml says of a table: its file, how it is written, the roles of its columns."""

from typing import Annotated, Literal

from pydantic import AfterValidator, StrictFloat, StrictInt, StringConstraints, model_validator

from retrace.core.spelling import spelled
from retrace.readers.shared.cells import Marks
from retrace.readers.shared.declared import DeclaredColumn
from retrace.readers.shared.description import CommonDescription, described
from retrace.readers.shared.schema import Schema

AS_WRITTEN = {"category", "text", "ordered", "identifier"}


def _a_tab(separator: str) -> str:
    """Take a backslash and a t for a tab: only the double quotes of YAML make one of it."""
    return separator.replace("\\t", "\t")


@described
class Description(CommonDescription):
    """A table and the roles of its columns; every column without a role is a feature."""

    reader: Literal["table"]
    kind: Literal["tabular", "text"]
    file: str
    target: str
    text: str | None = None
    id: str | None = None
    drop: list[str] | None = None
    group: str | None = None
    time: str | None = None
    time_format: str | None = None
    part: str | None = None
    attributes: list[str] | None = None
    columns: dict[str, DeclaredColumn] | None = None
    schema: Schema | None = None
    missing: list[str | StrictInt | StrictFloat] | None = None
    names: list[str] | None = None
    separator: Annotated[str, StringConstraints(min_length=1), AfterValidator(_a_tab)] = ","
    decimal: str = "."
    thousands: str | None = None
    escape: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    quote: Annotated[str, StringConstraints(pattern="^(.|none)$")] = '"'
    encoding: str = "utf-8"

    @property
    def marks(self) -> Marks:
        """How the numbers of a CSV are written."""
        return Marks(self.decimal, self.thousands)

    @property
    def texts(self) -> set[str]:
        """The columns whose cells are taken as they are written: 1.10 is not 1.1."""
        rules = (self.columns or {}).items()
        return {spelled(name) for name, rule in rules if rule.kind in AS_WRITTEN}

    @model_validator(mode="after")
    def _text_names_the_texts(self) -> "Description":
        if (self.kind == "text") != (self.text is not None):
            raise ValueError("`kind: text` and `text:` (the column of texts) go together")
        return self
