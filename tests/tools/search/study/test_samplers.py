import numpy as np
import pytest

from retrace.core.errors import RetraceError
from retrace.tools.search.study.samplers import make_pruner, make_sampler
from retrace.tools.search.study.spaces import Space
from searches import FLAT, SMALL, numbers, open_study, run_search, told


@pytest.mark.parametrize("sampler", ["tpe", "random", "nsga2", "grid"])
def test_the_same_seed_gives_the_same_trials(tmp_path, sampler):
    studies = [open_study(tmp_path / name, sampler=sampler) for name in "ab"]
    for opened in studies:
        run_search(opened, 25, settings=FLAT.grid(0) if sampler == "grid" else None, sampler=sampler)
    first, second = map(told, studies)
    assert first == second
    assert len({str(overrides) for _, _, overrides, _ in first}) > 20


def test_another_seed_gives_others(tmp_path):
    studies = [open_study(tmp_path / str(seed), seed=seed) for seed in (0, 1)]
    for opened in studies:
        run_search(opened, 3)
    assert told(studies[0]) != told(studies[1])


def test_a_parameter_is_the_same_whatever_was_suggested_before_an_interruption():
    import optuna

    study = optuna.create_study(sampler=make_sampler("tpe", FLAT, 0))
    whole, interrupted = study.ask(), study.ask()
    choose = study.sampler.sample_independent
    distribution = optuna.distributions.FloatDistribution(0, 1)
    frozen = study.get_trials()[whole.number]
    choose(study, frozen, "first", distribution)
    after_another = choose(study, frozen, "second", distribution)
    assert choose(study, frozen, "second", distribution) == after_another
    frozen = study.get_trials()[interrupted.number]
    assert choose(study, frozen, "second", distribution) != after_another


def test_cmaes_searches_ranges(tmp_path):
    space = Space(tuple(numbers(f"models.svm.{name}", 0.0, 1.0) for name in "xyz"))
    opened = open_study(tmp_path / "j", space, "cmaes")
    run_search(opened, 40, space)
    values = [values[0] for *_, values in told(opened)]
    assert np.mean(values[20:]) > np.mean(values[:10])


def test_cmaes_refuses_a_space_without_ranges():
    with pytest.raises(RetraceError, match="two or more ranges"):
        make_sampler("cmaes", SMALL, 0)


def test_tpe_comes_nearer_than_chance(tmp_path):
    best = {}
    for sampler in ("tpe", "random"):
        opened = open_study(tmp_path / sampler, sampler=sampler)
        run_search(opened, 40)
        best[sampler] = sum(values[0] for *_, values in told(opened)[20:])
    assert best["tpe"] > best["random"]


def test_a_model_that_reports_once_is_not_pruned():
    assert type(make_pruner("median", 0, None)).__name__ == "NopPruner"
    assert type(make_pruner("hyperband", 60, None)).__name__ == "HyperbandPruner"
    assert type(make_pruner("none", 60, None)).__name__ == "NopPruner"
