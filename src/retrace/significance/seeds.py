"""Compare two models that were each trained under several seeds, on the same split."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retrace.errors import ComparisonError
from retrace.records import Predictions
from retrace.significance.verdicts import Comparison

MIN_SEEDS = 5


def compare_over_seeds(
    base: Sequence[Predictions],
    other: Sequence[Predictions],
    metric: str,
    *,
    groups: NDArray[np.generic] | None = None,
    tolerance: float | None = None,
    resamples: int = 2000,
    seed: int = 0,
) -> Comparison:
    """Ask whether ``other`` is better on average over training seeds, on new rows."""
    if min(len(base), len(other)) < MIN_SEEDS:
        raise ComparisonError(
            f"got {len(base)} and {len(other)} seeds: at least {MIN_SEEDS} on each side are needed;"
            f" run `retrace seeds {MIN_SEEDS}` for both"
        )
    raise NotImplementedError
