"""`retrace compare` and `retrace seeds`: is a run better, worse, or can nobody tell."""

import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from retrace.core.errors import RetraceError

if TYPE_CHECKING:
    from retrace.tools.repository.experiments import Failure
    from retrace.tools.repository.seed_runs import Kind, SeedRun
    from retrace.tools.repository.sides import Side
    from retrace.tools.significance.judging import Judgement

WORSE, NOT_BETTER, NOT_COMPARABLE = 3, 4, 5


Tolerance = Annotated[
    float | None,
    typer.Option(min=0, help="A difference that would not matter: within it, runs are equivalent."),
]


class FailOn(StrEnum):
    """When the command shall fail."""

    WORSE = "worse"
    MAYBE_WORSE = "maybe-worse"
    NOT_BETTER = "not-better"


def compare(
    base: Annotated[
        str | None, typer.Argument(help="The run to compare with.", show_default="main")
    ] = None,
    other: Annotated[str, typer.Argument(help="The run to judge.")] = "workspace",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of Markdown.")] = False,
    html: Annotated[Path | None, typer.Option(help="Also write a page that opens offline.")] = None,
    tolerance: Tolerance = None,
    metric: Annotated[
        str | None, typer.Option(help="Judge by this metric.", show_default="that of params.yaml")
    ] = None,
    seeds: Annotated[
        bool, typer.Option("--seeds/--no-seeds", help="Use the runs that `retrace seeds` made.")
    ] = True,
    part: Annotated[
        Literal["test", "validation"],
        typer.Option(help="The rows that decide; of validation no test score is shown."),
    ] = "test",
    count: Annotated[
        bool,
        typer.Option("--count", help="Judge as the branch's next look at the test part; note it."),
    ] = False,
    fail_on: Annotated[FailOn | None, typer.Option(help="Exit with a status of its own.")] = None,
) -> None:
    """Say whether a run is better than another, and what differs.

    Both are branches, tags, commits, DVC experiments, or the workspace.

    \b
    retrace compare                       main against the workspace
    retrace compare v1.0 cnn-wide         a tag against an experiment
    retrace compare --tolerance 0.005     is it equivalent, give or take .005?
    retrace compare --fail-on worse       for CI
    retrace compare --html compare.html   with pictures of the rows that changed
    retrace compare --part validation     again and again, the test part left for the end
    retrace compare --count               the test part, at a level that allows for earlier looks

    \b
    Exit status:
    0   done (without --fail-on, whatever the verdict)
    1   a mistake, named on standard error
    2   an unknown option
    3   --fail-on worse: the whole interval (95 %) lies on the worse side, past the tolerance
    3   --fail-on maybe-worse: the interval reaches past the tolerance, which must be given
    4   --fail-on not-better: the verdict is not "better"
    5   --fail-on: the two cannot be compared
    """
    from retrace.core.artifacts import save_text
    from retrace.tools.comparison.formats import to_html, to_json, to_markdown
    from retrace.tools.comparison.pictures import row_pictures
    from retrace.tools.repository.bases import default_base, request_name
    from retrace.tools.repository.sides import load_side
    from retrace.tools.significance.accounting import counted
    from retrace.tools.significance.runs import compare_runs
    from retrace.tools.significance.wording import for_terminal

    if count and part == "validation":
        raise RetraceError("--count is for the test part: looks at the validation part are free")
    if fail_on is FailOn.MAYBE_WORSE and tolerance is None:
        raise RetraceError(
            "--fail-on maybe-worse asks whether a run may be worse by more than --tolerance: give one,"
            " as in `--tolerance 0.01`"
        )
    sides = load_side(base or default_base()), load_side(other)
    run = partial(counted, request=request_name()) if count else partial(compare_runs, part=part)
    compared = run(*sides, metric=metric, tolerance=tolerance, use_seeds=seeds)
    text = to_json(compared) if as_json else to_markdown(compared).rstrip()
    typer.echo(for_terminal(text) if sys.stdout.isatty() and not as_json else text)
    if html:
        save_text(to_html(compared, row_pictures(compared)), html)
    raise typer.Exit(_status(compared.judgement, fail_on, tolerance))


def _status(judgement: "Judgement", fail_on: FailOn | None, tolerance: float | None) -> int:
    from retrace.tools.significance.verdicts import Verdict, is_maybe_worse, is_surely_worse

    if fail_on is None:
        return 0
    if judgement.verdict is Verdict.NOT_COMPARABLE:
        return NOT_COMPARABLE
    if fail_on is FailOn.NOT_BETTER:
        return 0 if judgement.verdict is Verdict.BETTER else NOT_BETTER
    comparison = judgement.comparison
    if fail_on is FailOn.MAYBE_WORSE:
        return WORSE if not comparison or is_maybe_worse(comparison, tolerance or 0) else 0
    return WORSE if comparison and is_surely_worse(comparison, tolerance) else 0


def seeds(
    n: Annotated[
        int,
        typer.Argument(
            metavar="N", min=2, help="How many seeds; of training, the present one included."
        ),
    ],
    split: Annotated[
        bool,
        typer.Option("--split", help="Vary split.seed, from 0 to N-1, instead of the training seed."),
    ] = False,
) -> None:
    """Run the current setting under N seeds, and say how far its metrics scatter.

    Each seed is a DVC experiment of its own; the workspace is left as it is. Seeds that have run are
    not run again, so the same command goes on after an interruption. With at least 5 seeds on both
    sides, `retrace compare` judges by them; of a model that does not use its seed two are enough.

    \b
    retrace seeds 5             five training seeds on the same test rows
    retrace seeds 5 --split     five splits
    """
    from retrace.tools.comparison.seeds import finished, is_deterministic, run_seeds, wanted_seeds
    from retrace.tools.repository.sides import load_side

    kind: Kind = "split" if split else "training"
    side = load_side("workspace")
    wanted = wanted_seeds(side, kind, n)
    failures = run_seeds(side, kind, wanted, typer.echo)
    runs = finished(side, kind, wanted)
    if len(runs) > 1:
        typer.echo(_table(runs, kind, side))
    _fail_on(failures, n)
    if len(runs) < n and not (len(runs) > 1 and not split and is_deterministic(runs)):
        raise RetraceError(
            f"{n - len(runs)} of {n} experiments are not of the workspace's code and data: run"
            " `git add`, `retrace repro`, and try again"
        )


def _table(runs: "list[SeedRun]", kind: "Kind", side: "Side") -> str:
    from retrace.evaluation.intervals import interval_text, number_text
    from retrace.tools.comparison.seeds import is_deterministic, summarise
    from retrace.tools.repository.seed_runs import SEEDS

    listed = ", ".join(str(run.seed) for run in runs)
    title = f"\n{side.used['model']} on {side.used['data']}, {SEEDS[kind]} {listed}: test part"
    if is_deterministic(runs):
        return f"{title}\n  deterministic: all {len(runs)} seeds give the same predictions"
    lines = [title, f"  {'':<20} {'mean':>8} {'deviation':>10}   95 % interval of the mean"]
    lines += [
        f"  {row.name:<20} {number_text(row.mean):>8} {number_text(row.deviation):>10}"
        f"   {interval_text(row.interval)}"
        for row in summarise(runs, kind, side.lock.params)
    ]
    how = {
        "training": "Student's t over the seeds: the seed's luck alone, on these very test rows",
        "split": "Student's t over the splits, widened because their training rows overlap (Nadeau and"
        " Bengio)",
    }
    return "\n".join([*lines, f"  interval: {how[kind]}"])


def _fail_on(failures: "list[Failure]", n: int) -> None:
    if failures:
        raise RetraceError(
            f"{len(failures)} of {n} seeds failed; the others are kept, the same command tries again",
            details=[f"{each.name}: {each.said} (log: {each.log})" for each in failures],
        )
