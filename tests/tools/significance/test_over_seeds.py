import pytest

from made_runs import labelled
from retrace.tools.repository.sides import load_side
from retrace.tools.significance.judging import judge


@pytest.fixture
def two_settings(runs):
    """Two settings, each under five training seeds or five split seeds with test rows of their own."""

    def make(key, same_rows=False, **right):
        runs.commit(labelled(right=right["base"]))
        for position, C in enumerate((1.0, 2.0)):
            level = right["base"] if C == 1.0 else right["other"]
            for seed in range(1, 6):
                rows = labelled(right=level, seed=10 * position + seed)
                if key == "split" and not same_rows:
                    rows = rows.assign(row_hash=[f"{seed}{row:015x}" for row in range(len(rows))])
                value = {"seed": seed} if key == "seed" else {"split__seed": 6 + seed}
                runs.experiment(f"{key}-{C:.0f}-{seed}", rows, models__svm__C=C, **value)
        runs.commit(labelled(right=right["other"], seed=11), branch="other", models__svm__C=2.0)

    return make


def verdict(**options):
    return judge(load_side("main"), load_side("other"), **options)


def test_five_training_seeds_on_both_sides_decide(two_settings):
    two_settings("seed", base=0.7, other=0.95)
    found = verdict()
    assert found.verdict == "better"
    assert found.over_seeds.kind == "training"
    assert found.over_seeds.seeds == {"base": [1, 2, 3, 4, 5], "other": [1, 2, 3, 4, 5]}
    alone = verdict(use_seeds=False)
    assert alone.over_seeds is None
    assert alone.comparison.test == "McNemar's mid-p test"


def test_split_seeds_are_compared_pair_by_pair(two_settings):
    two_settings("split", base=0.7, other=0.95)
    found = verdict()
    assert found.verdict == "better"
    assert found.over_seeds.kind == "split"
    assert found.comparison.n_units == 5


def test_split_seeds_that_give_the_same_test_rows_are_one_split(two_settings):
    two_settings("split", same_rows=True, base=0.8, other=0.81)
    found = verdict()
    assert found.over_seeds is None
    assert "their test parts are the same rows" in found.notes[0]


def test_too_few_seeds_are_said_and_not_used(runs):
    runs.commit(labelled())
    runs.experiment("two", labelled(seed=2), seed=2)
    runs.commit(labelled(), branch="other", models__svm__C=2.0)
    found = verdict()
    assert found.over_seeds is None
    assert found.notes == (
        "runs under other training seeds were not used (found: `main` 2 and `other` 1): each side needs"
        " at least 5; `retrace seeds 5` makes them",
    )


def test_a_deterministic_model_is_said_to_be_so(runs):
    runs.commit(labelled())
    for seed in range(2, 6):
        runs.experiment(f"base-{seed}", labelled(), seed=seed)
        runs.experiment(f"other-{seed}", labelled(right=0.99), seed=seed, models__svm__C=2.0)
    runs.commit(labelled(right=0.99), branch="other", models__svm__C=2.0)
    found = verdict()
    assert "both are deterministic" in found.notes[0]
    assert found.comparison.unit == "row"


def test_seed_runs_that_are_not_pulled_are_said(two_settings, runs):
    two_settings("split", base=0.7, other=0.95)
    kept = {load_side(name).lock.outs["report/predictions.csv"] for name in ("main", "other")}
    for path in (runs.folder / ".dvc/cache/files/md5").glob("*/*"):
        if path.parent.name + path.name not in kept:
            path.unlink()
    found = verdict()
    assert found.over_seeds is None
    assert "runs under several splits were not used: the predictions of `split-" in found.notes[0]


def test_two_runs_of_a_model_that_does_not_use_its_seed_are_enough(runs):
    runs.commit(labelled(right=0.6), seed=1)
    runs.experiment("same", labelled(right=0.6), seed=2)
    runs.commit(labelled(right=0.9, seed=10), branch="other", seed=1, models__svm__C=2.0)
    for seed in range(2, 6):
        rows = labelled(right=0.9, seed=9 + seed)
        runs.experiment(f"other-{seed}", rows, seed=seed, models__svm__C=2.0)
        runs.git("switch", "-q", "other")
    found = judge(load_side("main"), load_side("other"))
    assert found.over_seeds.seeds == {"base": [1, 2], "other": [1, 2, 3, 4, 5]}
    assert found.comparison.reason == "the base model is deterministic"
