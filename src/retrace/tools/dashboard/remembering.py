"""Comparisons that were made before: the permutations of 200 runs take a minute."""

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from retrace import evaluation
from retrace.core.artifacts import save_bytes, save_text
from retrace.core.records import Floats
from retrace.evaluation.intervals import Interval
from retrace.tools import significance
from retrace.tools.significance import Comparison, Verdict

FOLDER = Path(".retrace/comparisons")


def remembered(base: str, other: str, metric: str, compare: Callable[[], Comparison]) -> Comparison:
    """Return what ``compare`` returns, or returned when the same was asked before.

    Parameters
    ----------
    base, other : str
        MD5 of the predictions.
    metric : str
        The metric that is tested.
    compare : callable
        Makes the comparison.
    """
    key = hashlib.sha256("\n".join([base, other, metric, _code()]).encode()).hexdigest()
    path = FOLDER / f"{key[:32]}.json"
    try:
        values = json.loads(path.read_text())
    except (OSError, ValueError):
        comparison = compare()
        save_text(json.dumps(asdict(comparison)), path)
        return comparison
    intervals_read = {name: Interval(**values[name]) for name in ("interval", "narrow")}
    return Comparison(**values | intervals_read | {"verdict": Verdict(values["verdict"])})


def remembered_swaps(base: str, other: str, metric: str, make: Callable[[], Floats]) -> Floats:
    """Return what ``make`` returns, or returned when the same was asked before; as `remembered`."""
    key = hashlib.sha256("\n".join([base, other, metric, _code(), "swaps"]).encode()).hexdigest()
    path = FOLDER / f"{key[:32]}.npy"
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError):
        swapped = make()
    buffer = io.BytesIO()
    np.save(buffer, swapped, allow_pickle=False)
    save_bytes(buffer.getvalue(), path)
    return swapped


def _code() -> str:
    """Hash the code that a comparison comes from: a mended test must not give its old answers."""
    files = [
        file
        for package in (evaluation, significance)
        for file in sorted(Path(package.__path__[0]).glob("*.py"))
    ]
    return hashlib.md5(b"".join(file.read_bytes() for file in files)).hexdigest()
