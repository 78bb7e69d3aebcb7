"""`retrace verify`: make the model again from nothing, twice, and compare every byte."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retrace.core.errors import RetraceError

if TYPE_CHECKING:
    from retrace.core.params import Params
    from retrace.tools.repository.lock import Output
    from retrace.tools.running.pairs import Hashes, Making

# Small enough to come with every `retrace verify`, and of every library that computes.
QUICK = ["wine/*", "diabetes/ridge", "diabetes/mlp models*", "texts/linear_svm", "digits/* models*"]


def verify(
    runs: Annotated[int, typer.Option(min=2, help="How many runs to compare.")] = 2,
    pairs: Annotated[
        list[str] | None,
        typer.Option(help="Compare these pairs alone, such as 'wine/*', or '*' for all of them."),
    ] = None,
    processor: Annotated[
        list[str] | None,
        typer.Option(help="Compare pairs on an emulated processor too: Haswell, EPYC-Rome."),
    ] = None,
    statement: Annotated[
        Path | None, typer.Option(help="Write a statement that this machine made the outputs again.")
    ] = None,
    check: Annotated[
        Path | None, typer.Option(help="Only tell whether such a statement is of this dvc.lock.")
    ] = None,
) -> None:
    """Run the pipeline from nothing in folders of their own, and fail where an output differs.

    The runs are compared with each other, and with dvc.lock: byte by byte where portable instructions
    and the same versions made it, else by the metrics. Then models of other pairs of dataset and model
    are compared, byte by byte, with what they were elsewhere. The workspace is left alone.
    """
    from retrace.core.params import load_params

    if check is not None:
        from retrace.tools.running.statement import check_statement

        typer.echo(check_statement(check))
        return
    params = load_params()
    if pairs is None and not processor:
        outputs, how = _make_again(params, runs)
        if statement is not None:
            from retrace.tools.running.statement import write_statement

            write_statement(statement, outputs, how)
            typer.echo(
                f"wrote {statement}; sign it with `ssh-keygen -Y sign -n file -f <key> {statement}`"
            )
    _compare_pairs(params, pairs or QUICK, processor or [])


def _make_again(params: "Params", runs: int) -> tuple[list["Output"], str]:
    import tempfile

    from retrace.tools.running.reruns import (
        compare_runs,
        compare_with_lock,
        copy_workspace,
        hash_seeds,
        rerun,
    )

    with tempfile.TemporaryDirectory(prefix="retrace-verify-") as folder:
        made = []
        for number, environment in enumerate(hash_seeds(runs), start=1):
            typer.echo(f"run {number} of {runs}: {params.model} on {params.data}")
            copy = copy_workspace(Path(folder) / f"run-{number}")
            made.append(rerun(copy, environment))
        different = [name for other in made[1:] for name in compare_runs(made[0], other)]
        _fail_on(different, "two runs of the same inputs differ in")
        typer.echo(f"{len(made[0].outputs)} outputs are the same, byte by byte, in {runs} runs")
        different, how = compare_with_lock(made[0])
        _fail_on(different, f"compared {how}, this run differs in")
        typer.echo(f"compared {how}: the same" if "not with" not in how else f"compared {how}")
        return made[0].outputs, how


def _compare_pairs(params: "Params", patterns: list[str], processors: list[str]) -> None:
    from retrace.core.instructions import instructions_in_effect
    from retrace.core.machine import describe_machine
    from retrace.tools.running.emulation import make_pairs_on
    from retrace.tools.running.pairs import make_pairs, other_versions, recorded_pairs

    typer.echo(f"on {describe_machine()}:")
    if instructions_in_effect() != "portable":
        typer.echo("no pairs compared: the committed hashes are of portable instructions")
        return
    if other := other_versions():
        typer.echo(f"no pairs compared: here is {', '.join(other)}")
        return
    recorded = recorded_pairs(patterns)
    different = _different(recorded, partial(make_pairs, params))
    for name in processors:
        typer.echo(f"as {name}, emulated:")
        different += _different(recorded, partial(make_pairs_on, name))
    _fail_on(different, "models differ from what they are on other machines:")


def _different(recorded: dict[str, "Hashes"], make: "Making") -> list[str]:
    from retrace.tools.running.pairs import compare_pairs

    found = {}
    for name, said in compare_pairs(recorded, make):
        typer.echo(f"  {name}: {said or 'the same bytes'}")
        found[name] = said
    same = sum(not said for said in found.values())
    typer.echo(f"{same} models and their predictions are, byte by byte, what they are elsewhere")
    if left_out := [name for name, said in found.items() if said.startswith("not")]:
        typer.echo(f"{len(left_out)} are not compared: {', '.join(left_out)}")
    return [name for name, said in found.items() if said.startswith("another")]


def _fail_on(different: list[str], what: str) -> None:
    if different:
        raise RetraceError(f"{what} {', '.join(dict.fromkeys(different))}")
