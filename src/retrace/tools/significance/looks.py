"""How often a test part was asked, and what that leaves: the rule, on lines that somebody else keeps."""

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from retrace.core.errors import RetraceError
from retrace.tools.significance.verdicts import ALPHA

HEX = re.compile(r"[0-9a-f]{32}")
BUDGET = 60  # of looks: then one false "better" is to be expected, if each is the first of a request


@dataclass(frozen=True, kw_only=True)
class Look:
    """One question that a test part was asked: a line of the ledger.

    Attributes
    ----------
    rows : str
        A hash of the test rows.
    metric : str
    base, other : str
        MD5 of the predictions.
    request : str
        The branch that asked.
    look : int
        Its how manieth distinct question to these rows this is.
    level : float
        Of the test.
    p : float or None
        None before it is judged, or where nothing can be told.
    verdict : str
        Empty before it is judged.
    """

    rows: str
    metric: str
    base: str
    other: str
    request: str
    look: int
    level: float
    p: float | None = None
    verdict: str = ""

    @property
    def line(self) -> str:
        """Itself, as a line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    def asks_the_same_as(self, other: "Look") -> bool:
        """Tell whether both hold the same two sets of predictions against each other."""
        return (self.rows, self.metric, {self.base, self.other}) == (
            other.rows,
            other.metric,
            {other.base, other.other},
        )


@dataclass(frozen=True, kw_only=True)
class Account:
    """What a look cost.

    Attributes
    ----------
    look : Look
        As it is in the ledger, or would be.
    repeated : bool
        Whether it was there before.
    asked : int
        How many distinct looks these test rows have had, this one among them.
    only_here : str
        Why the remote does not have it; empty where it does or need not.
    """

    look: Look
    repeated: bool
    asked: int
    only_here: str = ""


def level(look: int) -> float:
    """Return the level of a request's look: all of them together, without end, come to .05.

    The sum of 1 / j^2 over all j is pi^2 / 6, so this is Bonferroni's correction with weights that need
    no number of looks to be fixed.

    Parameters
    ----------
    look : int
        1 is the first.
    """
    return ALPHA * 6 / (math.pi * look) ** 2


def numbered(asked: Look, looks: Sequence[Look]) -> Look:
    """Return a question with its number and level; one that was judged before as it was then.

    Parameters
    ----------
    asked : Look
        Of any number.
    looks : sequence of Look
        Those that came before.
    """
    for earlier in looks:
        if earlier.asks_the_same_as(asked):
            return earlier
    own = [each for each in looks if (each.rows, each.request) == (asked.rows, asked.request)]
    return replace(asked, look=len(own) + 1, level=level(len(own) + 1))


def times_asked(rows: str, looks: Iterable[Look]) -> int:
    """Count the distinct questions that these test rows were asked, by all requests."""
    return sum(each.rows == rows for each in looks)


def stands_among_all(look: Look) -> bool:
    """Tell whether a difference was found that is one among as many looks as a test part has.

    Bonferroni's correction over `BUDGET`: some false alarm among all of them comes in 5 % at most.
    """
    return look.verdict in ("better", "worse") and look.p is not None and look.p < ALPHA / BUDGET


def read_looks(lines: Sequence[str]) -> list[Look]:
    """Read the lines of a ledger.

    Raises
    ------
    RetraceError
        A line is none of a ledger.
    """
    return [_look(number, line) for number, line in enumerate(lines, start=1)]


def _look(number: int, line: str) -> Look:
    try:
        values = json.loads(line)
        known = {name: values[name] for name in Look.__dataclass_fields__}
        if problem := _problem(known):
            raise ValueError(problem)
        return Look(**known)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        why = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
    raise RetraceError(
        f"line {number} of the ledger of looks is none of Retrace's ({why}), so nobody can tell how"
        " often the test part was asked: `git log -p refs/retrace/looks` shows who wrote it; `git"
        " update-ref refs/retrace/looks <commit>` and a push go back to the commit before"
    )


def _problem(values: dict[str, object]) -> str:
    """Say what is wrong with the values of a line; empty where nothing is."""
    texts = ("rows", "metric", "base", "other", "request", "verdict")
    if wrong := [name for name in texts if not isinstance(values[name], str)]:
        return f"{wrong[0]} is no text"
    if wrong := [name for name in ("rows", "base", "other") if not HEX.fullmatch(str(values[name]))]:
        return f"{wrong[0]} is no hash of 32 digits"
    if type(values["look"]) is not int or values["look"] < 1:
        return "look is no number from 1 on"
    of_test = [values["level"], 0 if values["p"] is None else values["p"]]
    if not all(type(each) in (int, float) and 0 <= each <= 1 for each in of_test):  # type: ignore[operator]
        return "level or p is none from 0 to 1"
    return ""
