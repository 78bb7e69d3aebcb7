"""Runs that differ in nothing but their seed: how they are found again among DVC's experiments.

A run is one of them when its dvc.lock has the same commands, data, code and parameters, all but the
seed. So it does not matter from which commit an experiment started, or what it is called.
"""

import json
from dataclasses import dataclass
from typing import Literal

from retrace.core.artifacts import METRICS_JSON
from retrace.tools.repository.git import experiments, read_blobs
from retrace.tools.repository.lock import Lock, Values, parse_lock
from retrace.tools.repository.sides import Side

Kind = Literal["training", "split"]

SEEDS: dict[Kind, str] = {"training": "seed", "split": "split.seed"}

# What may differ in the text of two such locks; the text is a first, quick sieve.
VARYING = ("md5: ", "size: ", "nfiles: ", "seed: ")


@dataclass(frozen=True, kw_only=True)
class SeedRun:
    """One run of a setting.

    Attributes
    ----------
    seed : int
        Of the training or of the split, whichever was varied.
    name : str
        Of the experiment, or of the side itself.
    lock : Lock
        What it was made from, and what it made.
    scores : dict
        The metrics of the test part.
    """

    seed: int
    name: str
    lock: Lock
    scores: dict[str, float]


def seed_runs(side: Side, kind: Kind) -> list[SeedRun]:
    """Find the runs of a side's setting under other seeds, the side's own among them.

    Returns
    -------
    list of SeedRun
        One for each seed, in their order; none where the side has no finished run.
    """
    key = SEEDS[kind]
    if not side.ran or key not in side.lock.params:
        return []
    own = SeedRun(
        seed=side.lock.params[key], name=side.name, lock=side.lock, scores=side.metrics["test"]
    )
    by_seed = {own.seed: own}
    for name, lock, metrics in _candidates(side):
        if recipe(lock, key) == recipe(side.lock, key):
            seed = lock.params[key]
            run = SeedRun(seed=seed, name=name, lock=lock, scores=json.loads(metrics)["test"])
            by_seed.setdefault(seed, run)
    return [by_seed[seed] for seed in sorted(by_seed)]


def _candidates(side: Side) -> list[tuple[str, Lock, bytes]]:
    known = {experiment.commit: experiment.name for experiment in experiments()}
    if not known:
        return []
    asked = [f"{commit}:./{path}" for commit in known for path in ("dvc.lock", METRICS_JSON)]
    contents = read_blobs(asked)
    own = _lines(side.tree.read(["dvc.lock"])["dvc.lock"])
    candidates = []
    for commit, name in known.items():
        lock, metrics = (contents.get(f"{commit}:./{path}") for path in ("dvc.lock", METRICS_JSON))
        if lock and metrics and all(line.startswith(VARYING) for line in own - _lines(lock)):
            candidates.append((name, parse_lock(lock, f"dvc.lock of {name}"), metrics))
    return candidates


def _lines(lock: bytes) -> set[str]:
    return {line.strip(" -") for line in lock.decode("utf-8").splitlines()}


def recipe(lock: Lock, key: str) -> list[Values]:
    """Return all that a run was made from, but for one parameter."""
    params = {name: value for name, value in lock.params.items() if name != key}
    commands = {stage: entry.get("cmd") for stage, entry in lock.stages.items()}
    return [lock.sources, params, commands]
