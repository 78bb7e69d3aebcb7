"""The options of `retrace search`, and what can be said of them before anything heavy is imported."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Option

from retrace.core.errors import ParamsError, RetraceError, did_you_mean

if TYPE_CHECKING:
    from retrace.core.params import Params
    from retrace.core.records import Task

ADDRESS = re.compile(r"[a-z]+://[^/\s]+:\d+")

# Of more letters than a drive of Windows has.
ONE_SLASH = re.compile(r"[a-zA-Z][a-zA-Z0-9+]+:/?(?!/)")

# Goals that are no metrics of metrics.json; less of each is better.
COSTS = ("seconds", "size")


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the user asked of a search: the options of `retrace search`, each written once."""

    trials: Annotated[int, Option(min=1, help="How many trials the study shall have in the end.")] = 30
    timeout: Annotated[float | None, Option(min=0, help="Begin no trial after so many seconds.")] = None
    folds: Annotated[
        int | None, Option(min=2, help="Cross-validate on the training and validation rows.")
    ] = None
    seed: Annotated[int, Option(min=0, help="Of the search; training keeps its own.")] = 0
    metric: Annotated[str | None, Option(help="What to improve; else the metric of params.yaml.")] = None
    goals: Annotated[
        str | None, Option(help="Further goals: seconds, size or other metrics, separated by commas.")
    ] = None
    jobs: Annotated[int, Option("--jobs", "-j", min=1, help="How many trials run side by side.")] = 1
    cluster: Annotated[
        str | None,
        Option(envvar="DASK_SCHEDULER_ADDRESS", help="A Dask scheduler, such as tcp://host:8786."),
    ] = None
    sampler: Annotated[
        Literal["tpe", "random", "grid", "cmaes", "nsga2"], Option(help="Who proposes settings.")
    ] = "tpe"
    pruner: Annotated[
        Literal["median", "hyperband", "none"], Option(help="Who stops those that fall behind.")
    ] = "median"
    space: Annotated[Path, Option(help="The file of the spaces.")] = Path("hpo/spaces.yaml")
    study: Annotated[str | None, Option(help="Name of the study; else one is made.")] = None
    storage: Annotated[
        str | None, Option(help="A file or a database's URL; else a file in hpo/results/.")
    ] = None
    apply: Annotated[
        bool, Option("--apply", help="Run the winner in the pipeline, if it is confirmed.")
    ] = False
    trial: Annotated[int | None, Option(min=0, help="Apply this trial instead of the best.")] = None
    splits: Annotated[int, Option(min=5, help="With --apply: confirm it on so many fresh splits.")] = 10
    force: Annotated[bool, Option("--force", help="With --apply: also one that is not confirmed.")] = (
        False
    )

    @property
    def applies(self) -> bool:
        """Whether a winner is to run in the pipeline."""
        return self.apply or self.trial is not None

    def check(self) -> None:
        """Refuse what is wrong whatever the data are.

        Raises
        ------
        RetraceError
            A name, an address or a file is none, or two options do not go together.
        """
        if self.force and not self.applies:
            raise RetraceError("--force applies a winner that is not confirmed: give --apply too")
        if self.study is not None and not re.fullmatch(r"\w[\w.-]*", self.study):
            raise ParamsError(
                f"--study: got '{self.study}', should be letters, digits, '-', '_' and '.'"
            )
        if self.cluster is not None and not ADDRESS.fullmatch(self.cluster):
            raise RetraceError(
                f"--cluster: got '{self.cluster}', should be such as tcp://10.0.0.1:8786 or"
                " tls://head.example.org:8786"
            )
        if self.storage is not None and ONE_SLASH.match(self.storage):
            raise RetraceError(
                f"--storage: got '{self.storage.partition(':')[0]}:...': a URL has two slashes, as in"
                " postgresql://user@host/name"
            )
        if not self.space.exists():
            raise ParamsError(
                f"{self.space} is not in {Path.cwd()}: write one, or name another with --space"
            )
        if self.sampler == "cmaes" and self.goals:
            raise RetraceError(
                "--sampler cmaes serves one goal only; allowed for several: tpe, nsga2, random"
            )

    def all_goals(self, settings: "Params", task: "Task") -> tuple[str, ...]:
        """Return the metric, and then the further goals.

        Raises
        ------
        ParamsError
            One is unknown, or there twice.
        """
        from retrace.evaluation.metrics import known_metrics

        further = self.goals.split(",") if self.goals else []
        goals = (self.metric or settings.metric, *(goal.strip() for goal in further))
        for position, goal in enumerate(goals):
            allowed = [*known_metrics(task), *(COSTS if position else ())]
            if goal not in allowed:
                option = "--goals" if position else "--metric"
                raise ParamsError(
                    f"{option}: got '{goal}'{did_you_mean(goal, allowed)};"
                    f" allowed for a {task}: {', '.join(allowed)}"
                )
        if len(set(goals)) < len(goals):
            raise ParamsError(
                f"--goals: got {', '.join(goals)} (the metric is the first): name each once"
            )
        return goals
