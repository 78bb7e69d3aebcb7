import pytest

from retrace.tools.repository.stages import Dependency, Stage
from retrace.tools.search.study.identity import differences, identify, identity_hash
from retrace.tools.search.study.spaces import Space
from searches import FLAT, choice, numbers

PARAMS = {
    "seed": 42,
    "model": "svm",
    "models.svm": {"C": 1.0, "kernel": "rbf", "gamma": "scale", "class_weight": None},
    "features": {"scale": "standard", "text": {"word_ngrams": [1, 2]}},
    "train": {"device": "cpu", "threads": 1},
}


@pytest.fixture
def make(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cache").mkdir()

    def make(params=PARAMS, code="1", data="rows", space=FLAT, goals=("accuracy",), folds=None):
        (tmp_path / "cache/train.pkl").write_text(data)
        (tmp_path / "cache/validation.pkl").write_text(data)
        paths = {"src/train.py": code, "requirements.txt": "2", "cache/train.pkl": "old"}
        train = Stage(
            name="train",
            cmd="",
            locked_cmd="",
            dependencies=[Dependency(path=path, locked="0", now=now) for path, now in paths.items()],
            results=[],
            params={"params.yaml": params},
            locked_params={},
            dropped=[],
        )
        return identify(train, space, goals, folds)

    return make


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"code": "9"}, ["src/train.py changed"]),
        ({"data": "others"}, ["cache/train.pkl changed", "cache/validation.pkl changed"]),
        ({"params": PARAMS | {"seed": 1}}, ["params.yaml: seed is 1, was 42"]),
        (
            {"params": PARAMS | {"train": {"device": "cpu", "threads": 2}}},
            ["params.yaml: train.threads is 2, was 1"],
        ),
        ({"folds": 5}, ["the goals: folds is 5, was empty"]),
        ({"goals": ("log_loss",)}, ["the goals: metrics is ['log_loss'], was ['accuracy']"]),
    ],
)
def test_what_a_score_depends_on_is_told_apart_and_named(make, changed, said):
    before, after = make(), make(**changed)
    assert identity_hash(before) != identity_hash(after)
    assert differences(before, after) == said


def test_searched_parameters_do_not_count(make):
    other = PARAMS | {"models.svm": PARAMS["models.svm"] | {"C": 100.0, "kernel": "linear"}}
    assert identity_hash(make()) == identity_hash(make(params=other))


def test_another_range_goes_on_but_other_choices_do_not(make):
    wide = numbers("models.svm.C", 1e-2, 1e5, log=True)
    assert identity_hash(make()) == identity_hash(make(space=Space((wide, *FLAT.parameters[1:]))))
    poly = choice("models.svm.kernel", "rbf", "poly")
    changed = make(space=Space((FLAT.parameters[0], poly, FLAT.parameters[2])))
    assert differences(make(), changed) == [
        "the space: models.svm.kernel is another kind of range or choice"
    ]


def test_a_parameter_that_joins_or_leaves_is_named(make):
    scale = choice("features.scale", "standard", "minmax")
    more = make(space=Space((*FLAT.parameters, scale)))
    assert differences(make(), more) == ["the space: features.scale is searched now"]
    assert differences(more, make()) == ["the space: features.scale is no longer searched"]
