"""A pull request in, the text of its comment out."""

from pathlib import Path
from typing import Any

from retrace.core.errors import RetraceError
from retrace.reporting.templating import render
from retrace.tools.pull_request import cautions, names, outputs
from retrace.tools.pull_request.cutting import Section, fit
from retrace.tools.pull_request.gathering import Request, gather
from retrace.tools.pull_request.headline import MARKS, NOTHING, headline
from retrace.tools.pull_request.sections import PARTS
from retrace.tools.repository.differences import ABSENT
from retrace.tools.repository.predictions import PredictedRows
from retrace.tools.significance.wording import number, signed

TEMPLATES = Path(__file__).with_name("templates")


def comment_here(base: str | None = None) -> str:
    """Write the comment for the workspace; a file that cannot be read is what it says then."""
    try:
        return comment(gather(base))
    except RetraceError as error:
        sentence = "; ".join([str(error), *error.details])
        return f"{MARKS[NOTHING]} **{NOTHING}**: {names.prose(sentence, 2000)}\n"


def comment(request: Request) -> str:
    """Write the comment: the verdict first, and never more than GitHub takes."""
    rows = _head_rows(request)
    said = {
        "said": headline(request, rows),
        "warnings": cautions.warnings(request),
        "notes": cautions.notes(request),
    }
    sections = [Section("Verdict", _fill("verdict", request, said), 100)]
    for title, template, importance, show in PARTS if request.head.ran else []:
        if (found := show(request, rows)) is not None:
            sections.append(Section(title, _fill(template, request, found), importance))
    return fit(sections)


def _head_rows(request: Request) -> PredictedRows | None:
    if request.compared and request.compared.judgement.rows:
        return request.compared.judgement.rows[1]
    return outputs.test_rows(request.head) if request.head.ran else None


def _fill(template: str, request: Request, found: dict[str, Any]) -> str:
    common = {
        "request": request,
        "base": names.cell(request.base_name),
        "cell": names.cell,
        "code": names.code,
        "prose": names.prose,
        "value": lambda text: text if text == ABSENT else names.cell(text),
        "number": number,
        "signed": signed,
    }
    return render(TEMPLATES / f"{template}.md.j2", common | found)
