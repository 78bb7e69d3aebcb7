"""Small searches: a space, a study in a file, and an objective that costs nothing."""

from retrace.tools.search.running import Limits, Search
from retrace.tools.search.study.searchers import this_searcher
from retrace.tools.search.study.spaces import Parameter, Space
from retrace.tools.search.study.studies import OpenStudy
from retrace.tools.search.trials.events import Outcome
from retrace.tools.search.trials.local import LocalEvaluator

FLAT = Space(
    (
        Parameter(name="models.svm.C", kind="log", low=1e-2, high=1e3),
        Parameter(name="models.svm.kernel", kind="choice", choices=("rbf", "linear")),
        Parameter(
            name="models.svm.gamma",
            kind="log",
            low=1e-4,
            high=1.0,
            when={"models.svm.kernel": ("rbf",)},
        ),
    )
)

SMALL = Space(
    (
        Parameter(name="models.knn.n_neighbors", kind="int", low=1, high=3),
        Parameter(name="models.knn.weights", kind="choice", choices=("uniform", "distance")),
    )
)


def open_study(where, space=FLAT, sampler="tpe", seed=0, searcher=None, pruner="none", goals=1):
    import optuna

    from retrace.tools.search.study.samplers import make_pruner, make_sampler
    from retrace.tools.search.study.storages import open_storage

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = open_storage(str(where))
    study = optuna.create_study(
        study_name="tried",
        storage=storage,
        sampler=make_sampler(sampler, space, seed, goals),
        pruner=make_pruner(pruner, 10, None),
        directions=["maximize"] * goals,
        load_if_exists=True,
    )
    study_id = storage.get_study_id_from_name("tried")
    return OpenStudy(study, storage, study_id, searcher or this_searcher(), "0123456789abcdef")


def objective(task, overrides, report):
    """Score a setting by its numbers, without any data."""
    numbers = [value for value in overrides.values() if not isinstance(value, str)]
    return Outcome(values=(float(sum(numbers)),))


def run_search(opened, trials, space=FLAT, function=objective, **limits):
    shown = []
    with LocalEvaluator(None, function) as evaluator:
        limits = Limits(trials=trials, **limits)
        search = Search(opened, space, evaluator, limits, lambda number, _: shown.append(number))
        return search.run(), shown


def told(opened):
    """What the trials of a study are, in a form that can be compared."""
    return [
        (trial.number, trial.state.name, trial.user_attrs.get("overrides"), trial.values)
        for trial in opened.trials()
    ]
