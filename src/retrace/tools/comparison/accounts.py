"""`retrace test`: how often the test part was asked, and a fresh one once that was too often."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from retrace.core.errors import ComparisonError, RetraceError

if TYPE_CHECKING:
    from retrace.tools.repository.sides import Side
    from retrace.tools.significance.looks import Look

DRAWN = ("stratified", "group", "hash")  # ways to split whose test rows depend on split.seed


def test(
    action: Annotated[
        Literal["looks", "renew"],
        typer.Argument(help="looks: who asked it; renew: draw another one."),
    ],
    early: Annotated[
        bool, typer.Option("--early", help="Renew although the budget of looks is not used up.")
    ] = False,  # noqa: PT028 a command, and no test
) -> None:
    """Say how often the test part was asked by `retrace comment` and `compare --count`, or renew it.

    Renewing sets another split.seed in params.yaml, on main. After `retrace repro` the rows are others,
    and their count starts again.

    \b
    retrace test looks
    retrace test renew
    """
    from retrace.tools.repository.bases import main_branch, request_name
    from retrace.tools.repository.overrides import edit_params
    from retrace.tools.repository.sides import load_side

    side = load_side("workspace")
    looks = looks_at(side)
    if action == "looks":
        typer.echo(_text(looks))
        return
    if request_name() != main_branch():
        raise RetraceError(
            f"the test part is renewed on {main_branch()}, whose run all others are held against:"
            f" `git switch {main_branch()}`"
        )
    seed = next_seed(side, len(looks), early)
    before = side.used["split.seed"]
    edit_params({"split.seed": seed})
    typer.echo(
        f"split.seed {before} → {seed}; looks at the test part of now: {len(looks)}. Run `retrace repro`"
        " and commit params.yaml with the results: the rows are others then, and are counted from"
        " 1; open branches merge that before they are judged"
    )


def looks_at(side: "Side") -> "list[Look]":
    """Return the looks at the present test rows of a run.

    Raises
    ------
    RetraceError
        Its predictions are not at hand, or the ledger is damaged.
    """
    from retrace.tools.repository.ledger import read_ledger
    from retrace.tools.repository.predictions import read_rows
    from retrace.tools.repository.sides import predictions_path
    from retrace.tools.significance.accounting import rows_hash
    from retrace.tools.significance.looks import read_looks

    rows = rows_hash(read_rows(predictions_path(side), side.name))
    ledger = read_ledger()
    if ledger.unread:
        typer.echo(f"those of the remote may be missing: {ledger.unread}", err=True)
    return [look for look in read_looks(ledger.lines) if look.rows == rows]


def next_seed(side: "Side", asked: int, early: bool) -> int:
    """Return the seed that draws another test part.

    Raises
    ------
    ComparisonError
        It is too early, or no seed changes the test part.
    """
    from retrace.tools.significance.looks import BUDGET

    method = side.used["split.method"]
    if method not in DRAWN:
        raise ComparisonError(
            f"split.method `{method}` has the same test rows under every seed: only new rows make a"
            " fresh test part; add them to the data, and the count starts again by itself"
        )
    if asked < BUDGET and not early:
        raise ComparisonError(
            f"the test part had {asked} looks of {BUDGET}: whoever renews it after each verdict"
            " that displeases asks without end; --early does it all the same"
        )
    return int(side.used["split.seed"]) + 1


def _text(looks: "list[Look]") -> str:
    from retrace.tools.significance.looks import BUDGET, stands_among_all
    from retrace.tools.significance.wording import level

    times = "1 time" if len(looks) == 1 else f"{len(looks)} times"
    lines = [f"this test part was asked {times}; a fresh one is due after {BUDGET}"]
    lines += [
        f"  {look.request:<24} look {look.look}, level {level(look.level)}: {look.metric} {look.verdict}"
        f"{f', also among {BUDGET} looks' if stands_among_all(look) else ''}"
        for look in looks
    ]
    return "\n".join(lines)
