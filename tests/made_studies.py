"""Studies as a search leaves them, without a search."""

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState, create_trial

C = FloatDistribution(1e-5, 100, log=True)
KERNEL = CategoricalDistribution(["rbf", "poly"])
DEGREE = IntDistribution(2, 5)
STATES = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "failed": TrialState.FAIL}


def make_study(*trials, goals=("accuracy",), name="wine-svm", storage=None, **told):
    """Make a study; the first trial is the baseline."""
    directions = ["maximize" if goal in ("accuracy", "r2") else "minimize" for goal in goals]
    study = optuna.create_study(directions=directions, study_name=name, storage=storage)
    attributes = {
        "model": "svm",
        "data": "wine",
        "metrics": list(goals),
        "identity": "ab12cd34",
        "seed": 0,
    }
    for key, value in (attributes | {"folds": None} | told).items():
        study.set_user_attr(key, value)
    for number, trial in enumerate(trials):
        trial.set_user_attr("baseline", number == 0)
        study.add_trial(trial)
    return study


def made(*values, state="complete", steps=(), overrides=None, **told):
    """Make a trial of an svm: ``made(0.9, C=10.0, kernel="poly", degree=3)``."""
    known = {"C": C, "kernel": KERNEL, "degree": DEGREE}
    params = {f"models.svm.{key}": told.pop(key) for key in known if key in told}
    attributes = {"overrides": overrides or params, "seconds": 0.25, "worker": "here"} | told
    return create_trial(
        state=STATES[state],
        values=list(values) or None,
        params=params,
        distributions={
            f"models.svm.{key}": known[key] for key in known if f"models.svm.{key}" in params
        },
        intermediate_values=dict(enumerate(steps)),
        user_attrs=attributes,
    )


def conditional(n, goals=1, steps=0):
    """Make n trials, the first of which is the baseline, of which some are pruned and some fail."""
    for number in range(n):
        settings = {"C": 10.0 ** (number * 7 % 60 / 10 - 4), "kernel": "rbf"}
        if number % 3 == 1:
            settings |= {"kernel": "poly", "degree": 2 + number % 4}
        score = 0.9 - abs(settings["C"] - 1) / 1000 - (number % 3 == 1) * 0.1
        curve = [score - 0.5 / (step + 1) for step in range(steps)]
        if number % 10 == 7:
            yield made(state="failed", error="ModelError: no <b>luck</b>", **settings)
        elif steps and number % 4 == 2:
            yield made(state="pruned", steps=curve[: steps // 2], **settings)
        else:
            yield made(*(score, 3.0 + settings["C"])[:goals], steps=curve, **settings)
