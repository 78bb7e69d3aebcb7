"""From a model to an ONNX file that has been tried: the file is there only if every row agreed."""

from dataclasses import dataclass

from retrace.core.artifacts import TEST, VALIDATION
from retrace.tools.export.parity import Parity, Rows, check_parity, describe_parity
from retrace.tools.export.whole import metadata_of, whole_as_onnx
from retrace.tools.prediction.predictor import Predictor, load_predictor
from retrace.tools.prediction.session import Session
from retrace.tools.prediction.source import Source, load_output

APPLY_FIRST = "give it rows that went through src/cleaners.py, whose steps are not in the file"


@dataclass(frozen=True)
class Export:
    """An exported model, how well it agrees, and the project's own steps, which it does not hold."""

    content: bytes
    parity: Parity
    steps: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """What a person should know of it, in words."""
        before = f"; {APPLY_FIRST} ({', '.join(self.steps)})" if self.steps else ""
        return describe_parity(self.parity) + before


def export(source: Source) -> Export:
    """Make an ONNX model, and ask it about every row that the model has not learned from.

    Raises
    ------
    RetraceError
        It cannot be exported, disagrees, or its rows are nowhere.
    """
    return export_made(load_predictor(source), rows_of(source))


def export_made(predictor: Predictor, parts: list[Rows]) -> Export:
    """Export a model that is no run's, against rows at hand."""
    content = whole_as_onnx(predictor, metadata_of(predictor))
    parity = check_parity(Session(content), predictor, parts)
    return Export(content, parity, tuple(step.name for step in predictor.steps))


def rows_of(source: Source) -> list[Rows]:
    """Return the validation and the test rows of the run that a model is of."""
    return [
        Rows(called=f"{part} row", ids=dataset.ids, X=dataset.X)
        for part, dataset in (
            ("validation", load_output(source, VALIDATION)),
            ("test", load_output(source, TEST)),
        )
    ]
