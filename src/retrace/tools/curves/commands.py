"""`retrace curve`: whether more rows would help, and where a hyperparameter does best."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from retrace.core.errors import ParamsError

if TYPE_CHECKING:
    import pandas as pd

    from retrace.core.params import Params
    from retrace.tools.curves.measuring import Point

FOLDER = Path(".retrace/curves")


def curve(
    kind: Annotated[
        Literal["learning", "validation"],
        typer.Argument(help="Of the training rows, or of a hyperparameter."),
    ],
    values: Annotated[
        str | None,
        typer.Argument(help="Of a validation curve: a hyperparameter and its values, as for `-S`."),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Fits at each place.")] = 3,
    points: Annotated[int, typer.Option(min=2, help="Shares of the training part, from a tenth.")] = 6,
    metric: Annotated[
        str | None, typer.Option(help="Score by this metric.", show_default="that of params.yaml")
    ] = None,
) -> None:
    """Fit the model on more and more rows, or with several values of one hyperparameter.

    Scores are of the validation part; the test part is never read.

    \b
    retrace curve learning
    retrace curve validation models.svm.C=0.1,1,10,100
    """
    if (kind == "validation") != (values is not None):
        raise ParamsError(
            f"retrace curve {kind}: got {values or 'no hyperparameter'}; a validation curve takes one"
            " and its values, such as models.svm.C=0.1,1,10, a learning curve none"
        )
    from retrace.tools.curves.results import best_of, last_step, table_of, text_of

    params, parts = _prepared(metric)
    if values is None:
        what, name = "training rows", "learning"
        found = _learning(params, parts, points, seeds)
    else:
        what = values.partition("=")[0]
        name, found = f"validation-{what}", _validation(params, parts, values, seeds)
    table = table_of(found)
    says = (
        last_step(table, params.metric, len(parts[1]))
        if values is None
        else best_of(table, what, params.metric)
    )
    typer.echo(text_of(table, what, params.metric))
    typer.echo(says)
    typer.echo(f"figure: {_written(table, name, what, params.metric)}")


def _prepared(metric: str | None) -> tuple["Params", Any]:
    from dataclasses import replace

    from retrace.core.params import load_params
    from retrace.evaluation.metrics import check_metric
    from retrace.tools.repository.cached_parts import bring_up_to_date, load_parts
    from retrace.tools.repository.choices import check_choices
    from retrace.tools.repository.stages import read_stages

    params = load_params()
    if metric is not None:
        params = replace(params, metric=metric)  # type: ignore[type-var]  # pydantic's dataclass
    check_choices(params)
    bring_up_to_date(read_stages(), "retrace curve", typer.echo)
    parts = load_parts()
    check_metric(params, parts[0].task)
    return params, parts


def _learning(params: "Params", parts: Any, points: int, seeds: int) -> list["Point"]:
    from retrace.tools.curves.measuring import learning_points
    from retrace.tools.curves.subsets import shares

    made = learning_points(params, parts, shares(points), seeds, typer.echo)
    return [_told(point, params.metric) for point in made]


def _validation(params: "Params", parts: Any, values: str, seeds: int) -> list["Point"]:
    from retrace.tools.curves.measuring import validation_points
    from retrace.tools.curves.settings import settings_of

    made = validation_points(settings_of(params, values), parts, seeds)
    return [_told(point, params.metric) for point in made]


def _told(point: "Point", metric: str) -> "Point":
    from retrace.evaluation.intervals import number_text

    typer.echo(f"{point.at}, seed {point.seed}: {metric} {number_text(point.validation)}", err=True)
    return point


def _written(table: "pd.DataFrame", name: str, what: str, metric: str) -> Path:
    from retrace.core.artifacts import save_table, save_text
    from retrace.reporting.svg import fixed_style, svg_text
    from retrace.tools.curves.results import draw

    save_table(table, FOLDER / f"{name}.csv")
    with fixed_style():
        save_text(svg_text(draw(table, what, metric)), FOLDER / f"{name}.svg")
    return FOLDER / f"{name}.svg"
