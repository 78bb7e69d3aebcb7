"""Questions of several clients -> the answers that each gets as JSON."""

from dataclasses import dataclass
from itertools import chain
from typing import Any

from retrace.core.errors import RetraceError, first_few
from retrace.core.records import Predictions
from retrace.tools.prediction.inputs import Read
from retrace.tools.serving.bodies import read_body
from retrace.tools.serving.model import Served, answer_together
from retrace.tools.serving.refusals import RefusedError, one_line, refused


@dataclass(frozen=True)
class Question:
    """The body of a request."""

    content_type: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a client gets, and the rows as they were read."""

    content: dict[str, Any]
    reads: list[Read]
    n_rows: int


def answer_questions(
    served: Served, questions: list[Question], most_rows: int
) -> list[Answer | Exception]:
    """Read each request, ask the model about all rows at once, and write each answer."""
    reads = [_read(served, question, most_rows) for question in questions]
    readable = [each for each in reads if not isinstance(each, RefusedError)]
    predictions = iter(answer_together(served, readable) if readable else [])
    return [
        each if isinstance(each, RefusedError) else _answer(served, each, next(predictions))
        for each in reads
    ]


def _read(served: Served, question: Question, most_rows: int) -> list[Read] | RefusedError:
    try:
        return read_body(question.content_type, question.body, served.predictor, most_rows)
    except RefusedError as error:
        return error
    except RetraceError as error:
        return refused(error)


def _answer(
    served: Served, reads: list[Read], predictions: Predictions | RetraceError
) -> Answer | RefusedError:
    if isinstance(predictions, RetraceError):
        return refused(predictions)
    classes = served.predictor.signature.classes
    ids = chain.from_iterable(read.ids for read in reads)
    rows = [{"id": _plain(each)} | _row(predictions, place, classes) for place, each in enumerate(ids)]
    source = served.source
    model = {"name": source.name, "md5": source.md5, "commit": source.commit, "dvc.lock": source.lock}
    content = {"model": model, "rows": rows, "notes": _notes(reads)}
    return Answer(content=content, reads=reads, n_rows=len(rows))


def _row(predictions: Predictions, place: int, classes: tuple[str, ...]) -> dict[str, Any]:
    if not classes:
        return {"predicted": float(predictions.predicted[place])}
    shares = zip(classes, predictions.probabilities[place].tolist(), strict=True)
    return {"predicted": classes[predictions.predicted[place]], "probabilities": dict(shares)}


def _plain(value: Any) -> int | str:
    return value if isinstance(value, int) else int(value) if hasattr(value, "dtype") else str(value)


def _notes(reads: list[Read]) -> list[str]:
    unseen: dict[str, list[str]] = {}
    for read in reads:
        for column, values in read.unseen.items():
            unseen.setdefault(column, []).extend(values)
    return [
        one_line(f"{column} has values that no training row had: {first_few(sorted(set(values)))}")
        for column, values in unseen.items()
    ]
