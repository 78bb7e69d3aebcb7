"""Models whose package is an extra: their tests skip, with the reason, where it is not installed."""

from importlib.util import find_spec

import pytest

BOOSTERS = ("lightgbm", "xgboost", "catboost")


def needs(*models):
    """Mark a test, or what `each` makes of a name, to be skipped where an extra is missing."""
    missing = [name for name in models if name in BOOSTERS and find_spec(name) is None]
    return pytest.mark.skipif(
        bool(missing), reason=f"no {', '.join(missing)}: requirements-boosting.txt is not installed"
    )


def each(cases):
    """Make parameters of models' names, or of tuples that end in one."""
    return [
        pytest.param(case, marks=needs(case))
        if isinstance(case, str)
        else pytest.param(*case, marks=needs(case[-1]))
        for case in cases
    ]
