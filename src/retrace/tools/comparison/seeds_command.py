"""`retrace seeds`: how much of a result is the seed's luck."""

from typing import TYPE_CHECKING, Annotated

import typer

from retrace.core.errors import RetraceError

if TYPE_CHECKING:
    from retrace.tools.comparison.seeds import Kind, SeedRun
    from retrace.tools.comparison.sides import Side
    from retrace.tools.repository.experiments import Failure


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
    sides, `retrace compare` judges by them.

    \b
    retrace seeds 5             five training seeds on the same test rows
    retrace seeds 5 --split     five splits
    """  # noqa: D301  \b is typer's mark for lines to keep
    from retrace.tools.comparison.seed_experiments import finished, run_seeds, wanted_seeds
    from retrace.tools.comparison.sides import load_side

    kind: Kind = "split" if split else "training"
    side = load_side("workspace")
    wanted = wanted_seeds(side, kind, n)
    failures = run_seeds(side, kind, wanted, typer.echo)
    runs = finished(side, kind, wanted)
    if len(runs) > 1:
        typer.echo(_table(runs, kind, side))
    _fail_on(failures, n)
    if len(runs) < n:
        raise RetraceError(
            f"{n - len(runs)} of {n} experiments are not of the workspace's code and data: run"
            " `git add`, `retrace repro`, and try again"
        )


def _table(runs: "list[SeedRun]", kind: "Kind", side: "Side") -> str:
    from retrace.tools.comparison.seed_summary import is_deterministic, summarise
    from retrace.tools.comparison.seeds import SEEDS

    listed = ", ".join(str(run.seed) for run in runs)
    title = f"\n{side.used['model']} on {side.used['data']}, {SEEDS[kind]} {listed}: test part"
    if is_deterministic(runs):
        return f"{title}\n  deterministic: all {len(runs)} seeds give the same predictions"
    lines = [title, f"  {'':<20} {'mean':>8} {'deviation':>10}   95 % interval of the mean"]
    lines += [
        f"  {row.name:<20} {row.mean:8.4f} {row.deviation:10.4f}"
        f"   {row.interval.low:.4f} to {row.interval.high:.4f}"
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
