"""`retrace plan`: how many test rows, and how many seeds, it takes to find a difference."""

import math
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from retrace.core.errors import ComparisonError

if TYPE_CHECKING:
    from retrace.tools.repository.sides import Side


class Plan(NamedTuple):
    """What it takes; None where nothing here tells."""

    units: str
    n_units: int
    detectable: float
    needed: int
    deviation: float | None
    n_seeds: int
    seeds: int | None


def plan(
    detect: Annotated[float, typer.Option(min=1e-9, help="The difference that is to be found.")],
    base: Annotated[
        str | None, typer.Argument(help="The run to compare with.", show_default="main")
    ] = None,
    other: Annotated[str, typer.Argument(help="The run to judge.")] = "workspace",
    metric: Annotated[
        str | None, typer.Option(help="Plan for this metric.", show_default="that of params.yaml")
    ] = None,
) -> None:
    """Say how many test rows and seeds it takes to find a difference, four times out of five.

    From how often these two runs disagree, and how far the runs of `retrace seeds` scatter. If they
    never disagree, the rows are the fewest that could do: as if the difference were all there is.

    \b
    retrace plan --detect 0.005
    """
    from retrace.tools.repository.bases import default_base
    from retrace.tools.repository.sides import load_side

    sides = load_side(base or default_base()), load_side(other)
    typer.echo(_text(make_plan(*sides, detect, metric), detect))


def make_plan(base: "Side", other: "Side", detect: float, metric: str | None = None) -> Plan:
    """Scale what the present comparison could find to the difference that is asked for.

    Raises
    ------
    ComparisonError
        The two runs cannot be compared.
    """
    import numpy as np
    from scipy import special

    from retrace.tools.repository.seed_runs import seed_runs
    from retrace.tools.significance.judging import judge
    from retrace.tools.significance.power import POWER, rows_needed
    from retrace.tools.significance.verdicts import ALPHA
    from retrace.tools.significance.wording import UNITS

    judgement = judge(base, other, metric=metric, use_seeds=False)
    found = judgement.comparison
    if found is None or found.detectable is None:
        raise ComparisonError(f"there is nothing to plan from: {judgement.reason}")
    if found.test.startswith("McNemar") and judgement.rows:
        was, now = (side.predictions.predicted == side.predictions.y for side in judgement.rows)
        needed = rows_needed(detect, float((was != now).mean()))
    else:
        needed = math.ceil(found.n_units * (found.detectable / detect) ** 2)
    scores = [
        run.scores[found.metric] for run in seed_runs(other, "training") if found.metric in run.scores
    ]
    deviation = float(np.std(scores, ddof=1)) if len(scores) > 1 else None
    quantiles = float(special.ndtri([1 - ALPHA / 2, POWER]).sum())
    return Plan(
        units=UNITS[found.unit],
        n_units=found.n_units,
        detectable=found.detectable,
        needed=needed,
        deviation=deviation,
        n_seeds=len(scores),
        seeds=None
        if deviation is None
        else max(5, math.ceil(2 * (quantiles * deviation / detect) ** 2)),
    )


def _text(plan: Plan, detect: float) -> str:
    from retrace.evaluation.intervals import number_text

    found = number_text(plan.detectable)
    lines = [
        f"A difference of {detect:g} is found four times out of five (power .8, alpha .05) with",
        f"  {plan.needed:,} {plan.units}; the {plan.n_units:,} of now find {found}",
    ]
    if plan.seeds is None or plan.deviation is None:
        lines.append("  an unknown number of seeds: `retrace seeds 5` tells how far they scatter")
    else:
        lines.append(
            f"  {plan.seeds} training seeds of each side, if it is a matter of the recipe (deviation"
            f" {number_text(plan.deviation)} over {plan.n_seeds})"
        )
    return "\n".join(lines)
