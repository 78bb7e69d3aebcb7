"""Models ranked over several data sets: by ranks, as scores of different data have no common scale."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata

from retrace.core.errors import ComparisonError
from retrace.core.records import Floats
from retrace.evaluation.metrics import LOWER_IS_BETTER
from retrace.tools.comparison.ranking import Ranking, letters_of
from retrace.tools.repository.sides import Side
from retrace.tools.significance.verdicts import ALPHA

N_PERMUTATIONS = 10_000


class Nemenyi(NamedTuple):
    """Mean ranks of shape (n_models,), and the p of each pair of shape (n_models, n_models)."""

    ranks: Floats
    p_values: Floats


def rank_models(sides: Sequence[Side], metric: str | None = None, part: str = "test") -> Ranking:
    """Rank models by what their runs on several data sets scored.

    Parameters
    ----------
    sides : sequence of Side
        Runs of each model on each data set; those under several training seeds count as their mean.
    metric : str, optional
        Instead of the one in params.yaml, which must then be the same in all.
    part : {"test", "validation"}
        The rows that judge.

    Raises
    ------
    ComparisonError
        There are fewer than three models, one has no run on one of the data sets, or two runs differ
        in neither model, data nor seed.
    """
    metrics = {metric or side.metric or "" for side in sides}
    if len(metrics) > 1:
        raise ComparisonError(
            f"the runs are judged by {', '.join(sorted(metrics))}: give --metric, which all of them have"
        )
    (chosen,) = metrics
    scores = _scores(sides, chosen, part)
    models = list(dict.fromkeys(model for model, _ in scores))
    data_sets = list(dict.fromkeys(data for _, data in scores))
    if len(models) < 3:
        raise ComparisonError(f"got {len(models)} models on {len(data_sets)} data sets: name at least 3")
    for model in models:
        for data in data_sets:
            if (model, data) not in scores:
                raise ComparisonError(
                    f"`{model}` has no run on `{data}`: each model needs one on each data set"
                )
    table = np.array([[scores[model, data] for model in models] for data in data_sets])
    test = nemenyi(table if chosen in LOWER_IS_BETTER else -table)
    order = np.argsort(test.ranks, kind="stable")
    names = [models[place] for place in order]
    pairs = [
        (
            models[i],
            models[j],
            float(test.ranks[j] - test.ranks[i]),
            float(test.p_values[i, j]),
        )
        for i, j in combinations(order, 2)
    ]
    return Ranking(
        metric=chosen,
        part=part,
        names=names,
        scores=[float(test.ranks[place]) for place in order],
        letters=letters_of(names, {(better, worse) for better, worse, _, p in pairs if p < ALPHA}),
        pairs=pairs,
        data_sets=data_sets,
    )


def _scores(sides: Sequence[Side], metric: str, part: str) -> Mapping[tuple[str, str], float]:
    """Return the score of each model on each data set, the mean over its training seeds."""
    by_seed: dict[tuple[str, str], dict[object, tuple[str, float]]] = defaultdict(dict)
    for side in sides:
        score = side.metrics.get(part, {}).get(metric)
        if score is None:
            raise ComparisonError(
                f"`{side.name}` has no {metric} of the {part} part in its metrics.json"
            )
        model, data, seed = (side.used.get(key) for key in ("model", "data", "seed"))
        runs = by_seed[str(model), str(data)]
        if seed in runs:
            raise ComparisonError(
                f"`{runs[seed][0]}` and `{side.name}` are both `{model}` on `{data}` under seed {seed}:"
                " name one of them"
            )
        runs[seed] = side.name, score
    return {key: float(np.mean([score for _, score in runs.values()])) for key, runs in by_seed.items()}


def nemenyi(losses: Floats) -> Nemenyi:
    """Tell models apart by their ranks on several data sets.

    Nemenyi's test asks how large the largest difference of two mean ranks is where no model is better
    than another (P. Nemenyi 1963; J. Demsar, JMLR 7 (2006), 1-30). Its table is for many data sets;
    here the ranks of each data set are permuted, which holds for any number of them, and for ties.

    Parameters
    ----------
    losses : array of shape (n_data_sets, n_models)
        Lower is better.
    """
    ranks = rankdata(losses, axis=1)
    mean = ranks.mean(axis=0)
    shape = (N_PERMUTATIONS, *ranks.shape)
    permuted = np.random.default_rng(0).permuted(np.broadcast_to(ranks, shape), axis=2)
    ranges = np.ptp(permuted.mean(axis=1), axis=1)
    differences = np.abs(mean[:, None] - mean)
    # As large but for rounding counts as large.
    reached = (ranges[:, None, None] >= differences - 1e-9).sum(axis=0)
    return Nemenyi(mean, (1 + reached) / (1 + N_PERMUTATIONS))
