import dataclasses
import pickle

import numpy as np
import pytest

from retrace.tools.search.trials.scoring import Problem, score


def never(step, value):
    return False


@pytest.fixture
def task(params, make_dataset):
    params = dataclasses.replace(params, model="logistic_regression")
    return Problem(
        params=params,
        training=make_dataset(n=60),
        validation=make_dataset(n=40),
        goals=("accuracy",),
    )


@pytest.fixture
def network(task):
    models = task.params.models
    own = {**models["mlp"], "epochs": 4, "hidden": [4]}
    params = dataclasses.replace(task.params, model="mlp", models={**models, "mlp": own})
    return dataclasses.replace(task, params=params)


def test_a_trial_is_scored_on_the_validation_part(task):
    outcome = score(task, {"models.logistic_regression.C": 0.01}, never)
    assert outcome.values == (outcome.attributes["scores"]["accuracy"],)
    assert set(outcome.attributes["scores"]) >= {"accuracy", "log_loss"}
    assert outcome.seconds > 0
    assert outcome == pickle.loads(pickle.dumps(outcome))


def test_a_trial_is_calibrated_as_the_pipeline_is(task):
    calibrated = dataclasses.replace(task.params, calibrate="isotonic")
    before, after = (
        score(each, {}, never).attributes["scores"]
        for each in (task, dataclasses.replace(task, params=calibrated))
    )
    assert after["log_loss"] < before["log_loss"]


def test_what_a_process_computed_before_changes_nothing(task, network):
    first = score(network, {}, never)
    score(task, {}, never)
    again = score(network, {}, never)
    assert (again.values, again.attributes) == (first.values, first.attributes)


def test_a_task_can_be_sent_to_another_process(task):
    sent = pickle.loads(pickle.dumps(task))
    assert score(sent, {}, never).values == score(task, {}, never).values


def test_folds_report_their_running_mean(task):
    reported = []
    folded = dataclasses.replace(task, folds=4)
    outcome = score(folded, {}, lambda step, value: reported.append((step, value)))
    steps, means = zip(*reported, strict=True)
    assert steps == (1, 2, 3, 4)
    folds = np.diff(np.multiply(steps, means), prepend=0)
    assert len(set(folds)) > 1
    assert all(0 < fold <= 1 + 1e-9 for fold in folds)
    assert outcome.values == means[-1:]


@pytest.mark.parametrize("folds", [None, 4])
def test_a_trial_that_is_told_to_stop_does(network, folds):
    steps = []

    def stop_at_2(step, value):
        steps.append(step)
        return step == 2

    outcome = score(dataclasses.replace(network, folds=folds), {}, stop_at_2)
    assert (outcome.pruned, outcome.values, steps) == (True, None, [1, 2])


def test_networks_report_each_epoch_in_the_direction_of_the_goal(network):
    for goal, sign in (("accuracy", 1), ("log_loss", 1), ("f1_macro", 1)):
        values = []
        task = dataclasses.replace(network, goals=(goal,))
        outcome = score(task, {}, lambda _, value, into=values: into.append(value))
        assert len(values) == 4
        assert np.sign(values[0]) == sign
        assert outcome.attributes["scores"][goal] == outcome.values[0]


def test_time_and_size_can_be_goals(task):
    outcome = score(dataclasses.replace(task, goals=("accuracy", "seconds", "size")), {}, never)
    assert 0 < outcome.values[1] <= outcome.seconds
    assert outcome.values[2] > 500


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"models.logistic_regression.C": -1.0}, r"C: got -1.0 .* greater than 0"),
        ({"features.scale": "none"}, r"features.scale: got 'none'"),
    ],
)
def test_a_setting_that_is_refused_is_a_failed_trial(task, overrides, said):
    import re

    outcome = score(task, overrides, never)
    assert outcome.values is None
    assert re.search(said, outcome.error)


def test_a_network_that_diverges_is_a_failed_trial(network):
    outcome = score(network, {"models.mlp.learning_rate": 1e30}, never)
    assert outcome.values is None
    assert "\n" not in outcome.error


def test_a_warning_is_not_shown_with_each_trial(task, recwarn):
    assert score(task, {"models.logistic_regression.max_iter": 1}, never).values
    assert not recwarn
