"""Which run the others are judged against, and by which metric."""

from retrace.core.errors import RetraceError, did_you_mean
from retrace.evaluation.metrics import METRICS
from retrace.tools.dashboard.runs import Run
from retrace.tools.repository.bases import CUSTOMARY
from retrace.tools.repository.git import commit_of


def find_base(runs: list[Run], name: str | None) -> Run:
    """Return the run that a user names; without a name that of main, of HEAD or of the workspace.

    Of these the one whose validation rows most other runs have, so that they can be compared; where none
    has a run to compare with, whichever run has most.

    Raises
    ------
    RetraceError
        No run has that name.
    """
    by_name = {
        each: run
        for run in runs
        for each in (run.experiment, *run.branches, *run.tags, *run.same_experiments)
        if each
    }
    if name is None:
        return _default_base(runs, by_name)
    commit = commit_of(name)  # of whatever Git knows: HEAD, HEAD~1, origin/main
    by_revision = [
        run
        for run in runs
        if commit in (run.revision, *run.same_revisions)
        or (len(name) >= 4 and run.revision.startswith(name))
    ]
    if name not in by_name and len(by_revision) != 1:
        raise RetraceError(
            f"--base {name}: no branch, tag, commit or experiment on this page is called so"
            f"{did_you_mean(name, by_name)}; `dvc exp list --all-commits` and `git branch` list them"
        )
    return by_name[name] if name in by_name else by_revision[0]


def _default_base(runs: list[Run], by_name: dict[str, Run]) -> Run:
    here = commit_of("HEAD")
    likely = [by_name[name] for name in CUSTOMARY if name in by_name]
    likely += [run for run in runs if here in (run.revision, *run.same_revisions)]
    likely += [run for run in runs if not run.is_commit]
    scored = [run for run in runs if run.has_scores]

    def n_comparable(base: Run) -> int:
        return sum(run.shares_rows_with(base) for run in scored if run is not base)

    best = max(likely or runs, key=n_comparable)
    return best if n_comparable(best) else max([best, *scored], key=n_comparable)


def ranking_metric(runs: list[Run], base: Run, name: str | None) -> str:
    """Return the metric that ranks: the one named, else that of the base's params.yaml.

    Raises
    ------
    RetraceError
        No run has a metric of that name on its validation part, nor does one follow from predictions.
    """
    prefix = "validation."
    keys = dict.fromkeys(key for run in (base, *runs) for key in run.metrics if key.startswith(prefix))
    known = [key.removeprefix(prefix) for key in keys]
    wanted = name or base.params.get("metric") or (known[0] if known else "accuracy")
    tasks = {METRICS[each].task for each in known if each in METRICS}
    follows = wanted in METRICS and METRICS[wanted].task in tasks
    if known and not follows and wanted not in known and name:
        raise RetraceError(
            f"--metric {name}: no run has it on the validation part{did_you_mean(name, known)};"
            f" there are {', '.join(known)}"
        )
    return str(wanted)
