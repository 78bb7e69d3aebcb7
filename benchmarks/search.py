"""Hyperparameter search: what a trial costs beside its fit, and 30 trials against 30 `dvc exp run`."""

import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

import toys
from project import Project, commit_all, copy_project
from retrace.core.params import load_params
from retrace.tools.repository.overrides import override
from retrace.tools.search.cluster.evaluator import ClusterEvaluator
from retrace.tools.search.options import Options
from retrace.tools.search.running import Search
from retrace.tools.search.setup import prepare
from retrace.tools.search.study.storages import open_storage
from retrace.tools.search.study.studies import finished_trials
from retrace.tools.search.trials.evaluating import LocalEvaluator

N_EMPTY = 2000
N_BUSY = 40
SECONDS_OF_WORK = 0.3
N_TRIALS = 30
JOBS = 2

# Data, model, and what is set beside what ships: fewer epochs, so that it ends within minutes.
AGAINST_DVC: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("wine", "random_forest", {}),
    ("digits", "cnn", {"models__cnn__epochs": 15}),
)


def measure() -> str:
    """Return a Markdown table of what searching costs, and of two workers against one."""
    with _searchable("wine", "gaussian_nb"):
        optuna_alone = _optuna_alone()
        here = _empty_trials("random", LocalEvaluator)
        there = _empty_trials("random", partial(ClusterEvaluator, jobs=JOBS))
        tpe = _empty_trials("tpe", LocalEvaluator)
    one, two = (_busy_trials(jobs) for jobs in (1, JOBS))
    rows = (
        ("Optuna alone: `study.optimize`, its journal file, random", *optuna_alone),
        ("this process, random", *here),
        (f"{JOBS} processes under Dask, random", *there),
        ("this process, tpe", *tpe),
    )
    lines = [f"| {N_EMPTY:,} empty trials in one study | in all | a trial |", "| --- | ---: | ---: |"]
    lines += [f"| {name} | {all_:.1f} s | {1000 * each:.1f} ms |" for name, all_, each in rows]
    lines += [
        "",
        f"| {N_BUSY} trials of {SECONDS_OF_WORK} s of work under Dask | time | trials a second |",
        "| --- | ---: | ---: |",
        f"| one worker | {one:.1f} s | {N_BUSY / one:.2f} |",
        f"| two workers | {two:.1f} s | {N_BUSY / two:.2f} ({one / two:.2f} times one) |",
    ]
    return "\n".join(lines)


def measure_against_dvc(*names: str) -> str:
    """Return a Markdown table: the whole command against DVC experiments with the same settings."""
    lines = [
        f"| {N_TRIALS} trials | `retrace search` | stopped early | {N_TRIALS} `dvc exp run` | ratio |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for data, model, settings in AGAINST_DVC:
        if not names or data in names:
            lines.append(_against_dvc(data, model, settings))
    return "\n".join(lines)


@contextlib.contextmanager
def _searchable(data: str, model: str, **settings: Any) -> Iterator[Project]:
    """Make a copy of the repository whose parts are cached, and go there."""
    with tempfile.TemporaryDirectory(prefix="retrace-search-") as folder:
        project = copy_project(Path(folder))
        project.set(data=data, model=model, **settings)
        commit_all(project)
        project.dvc("repro", "--quiet")
        commit_all(project)
        with contextlib.chdir(folder):
            yield project


def _optuna_alone() -> tuple[float, float]:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = JournalStorage(JournalFileBackend("alone.journal"))
    study = optuna.create_study(storage=storage, sampler=optuna.samplers.RandomSampler(seed=0))
    start = time.perf_counter()
    study.optimize(lambda trial: trial.suggest_float("x", 1e-12, 1, log=True), n_trials=N_EMPTY)
    seconds = time.perf_counter() - start
    return seconds, seconds / N_EMPTY


def _empty_trials(sampler: str, make_evaluator: Callable[[Any], Any]) -> tuple[float, float]:
    name = f"empty-{sampler}-{time.time_ns()}"
    options = Options(trials=N_EMPTY, sampler=sampler, pruner="none", study=name)
    prepared = prepare(options, load_params())
    with make_evaluator(partial(toys.empty, prepared.problem)) as evaluator:
        start = time.perf_counter()
        Search(prepared, evaluator, lambda number, outcome: None).run()
        seconds = time.perf_counter() - start
    assert len(finished_trials(prepared.opened.study)) == N_EMPTY
    return seconds, seconds / N_EMPTY


def _busy_trials(jobs: int) -> float:
    settings = [{"x": float(i), "seconds": SECONDS_OF_WORK} for i in range(N_BUSY)]
    with ClusterEvaluator(partial(toys.busy, toys.Toy(load_params())), jobs=jobs) as evaluator:
        while evaluator.slots() < jobs:
            evaluator.listen(0.1, lambda *_: False)
        start = time.perf_counter()
        toys.run_all(evaluator, settings)
        return time.perf_counter() - start


def _against_dvc(data: str, model: str, settings: dict[str, Any]) -> str:
    with _searchable(data, model, **settings) as project:
        start = time.perf_counter()
        arguments = ("--trials", str(N_TRIALS), "--jobs", str(JOBS), "--study", "measured")
        project.run(sys.executable, "-m", "retrace", "search", *arguments)
        searched = time.perf_counter() - start
        trials = _tried()
        start = time.perf_counter()
        for overrides in (trial.user_attrs["overrides"] for trial in trials):
            given = [word for name, value in overrides.items() for word in ("-S", override(name, value))]
            project.dvc("exp", "run", "--quiet", *given)
        by_dvc = time.perf_counter() - start
    stopped = sum(trial.state == optuna.trial.TrialState.PRUNED for trial in trials)
    beside = "".join(f", {name.rsplit('__')[-1]}: {value}" for name, value in settings.items())
    return (
        f"| {data}, {model}{beside} | {searched:.0f} s | {stopped} | {by_dvc:.0f} s"
        f" | {by_dvc / searched:.1f} |"
    )


def _tried() -> list[Any]:
    storage = open_storage("hpo/results/measured/study.journal")
    trials = optuna.load_study(study_name="measured", storage=storage).get_trials(deepcopy=False)
    assert len(trials) == N_TRIALS, json.dumps([trial.state.name for trial in trials])
    return trials


if __name__ == "__main__":
    words = sys.argv[1:]
    print(measure_against_dvc(*words) if words else measure())
