import dataclasses

import numpy as np
import pytest

from retrace.core.errors import RetraceError
from retrace.tools.curves.measuring import learning_points, validation_points


@pytest.fixture
def parts(make_dataset):
    dataset = make_dataset(n=160)
    return dataset.take(np.arange(100)), dataset.take(np.arange(100, 160))


def using(params, model, **changes):
    models = {model: params.models[model] | changes}
    return dataclasses.replace(params, model=model, models=models, metric="accuracy")


def test_each_share_is_fitted_under_each_seed(params, parts):
    tree = using(params, "random_forest", n_estimators=3)
    points = list(learning_points(tree, parts, [0.1, 0.5, 1], 2, pytest.fail))
    assert [(point.at, point.seed - params.seed) for point in points] == [
        (10, 0), (50, 0), (100, 0), (10, 1), (50, 1), (100, 1),
    ]  # fmt: skip
    assert all(point.training > 0.7 for point in points)
    assert all(0 < point.validation < 1 for point in points)


def test_a_share_that_lacks_a_class_is_left_out_and_said(params, make_dataset):
    part = make_dataset(n=40, groups=np.arange(40) % 2, y=np.arange(40) % 2)
    said = []
    bayes = using(params, "gaussian_nb")
    points = list(learning_points(bayes, (part, part), [0.5, 1], 1, said.append))
    assert [point.at for point in points] == [40]
    assert said == [f"20 rows, seed {params.seed}: left out, as a class has no row among them"]


def test_a_model_that_knows_no_seed_is_fitted_once_for_each_value(params, parts):
    settings = [(k, using(params, "knn", n_neighbors=k)) for k in (1, 5, 25)]
    points = list(validation_points(settings, parts, 3))
    assert [point.at for point in points] == [1, 1, 5, 25]
    assert points[0].training == 1


def test_one_with_seeds_is_fitted_under_each(params, parts):
    settings = [(n, using(params, "random_forest", n_estimators=n)) for n in (1, 2)]
    assert [point.at for point in validation_points(settings, parts, 3)] == [1, 1, 1, 2, 2, 2]


def test_a_fit_that_fails_says_where(params, parts):
    settings = [(k, using(params, "knn", n_neighbors=k)) for k in (1, 500)]
    with pytest.raises(RetraceError, match=rf"at 500, seed {params.seed}: KNeighborsClassifier cannot"):
        list(validation_points(settings, parts, 1))
