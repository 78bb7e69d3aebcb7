"""Small searches: a space, a study in a file, and an objective that costs nothing."""

from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from retrace.tools.search.options import Options
from retrace.tools.search.running import Search
from retrace.tools.search.setup import Prepared
from retrace.tools.search.study.spaces import Parameter, Space, label
from retrace.tools.search.study.studies import OpenStudy, this_searcher
from retrace.tools.search.trials.evaluating import LocalEvaluator, Outcome


def numbers(name, low, high, *, log=False, step=None, **when):
    """A range: of whole numbers where its ends are."""
    make = IntDistribution if isinstance(low, int) else FloatDistribution
    steps = {"step": step} if step else {}
    return Parameter(name=name, distribution=make(low, high, log, **steps), **when)


def choice(name, *choices):
    labels = CategoricalDistribution(tuple(map(label, choices)))
    return Parameter(name=name, distribution=labels, choices=choices)


FLAT = Space(
    (
        numbers("models.svm.C", 1e-2, 1e3, log=True),
        choice("models.svm.kernel", "rbf", "linear"),
        numbers("models.svm.gamma", 1e-4, 1.0, log=True, when={"models.svm.kernel": ("rbf",)}),
    )
)

SMALL = Space(
    (
        numbers("models.knn.n_neighbors", 1, 3),
        choice("models.knn.weights", "uniform", "distance"),
    )
)


def open_study(where, space=FLAT, sampler="tpe", seed=0, searcher=None, pruner="none"):
    import optuna

    from retrace.tools.search.study.samplers import make_pruner, make_sampler
    from retrace.tools.search.study.storages import open_storage

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = open_storage(str(where))
    study = optuna.create_study(
        study_name="tried",
        storage=storage,
        sampler=make_sampler(sampler, space, seed),
        pruner=make_pruner(pruner, 10, None),
        directions=["maximize"],
        load_if_exists=True,
    )
    study_id = storage.get_study_id_from_name("tried")
    return OpenStudy(study, storage, study_id, searcher or this_searcher(), "0123456789abcdef")


def objective(overrides, report):
    """Score a setting by its numbers, without any data."""
    numbers = [value for value in overrides.values() if not isinstance(value, str)]
    return Outcome(values=(float(sum(numbers)),))


def run_search(opened, trials, space=FLAT, function=objective, settings=None, **options):
    shown = []
    options = Options(trials=trials, **options)
    prepared = Prepared(options=options, problem=None, space=space, opened=opened, settings=settings)
    with LocalEvaluator(function) as evaluator:
        return Search(prepared, evaluator, lambda number, _: shown.append(number)).run(), shown


def told(opened):
    """What the trials of a study are, in a form that can be compared."""
    return [
        (trial.number, trial.state.name, trial.user_attrs.get("overrides"), trial.values)
        for trial in opened.trials()
    ]
