"""Two sets of predictions in, a verdict out: is the other model better, worse, or can nobody tell."""

from retrace.tools.significance.classes import ClassComparison, compare_classes, holm
from retrace.tools.significance.repeats import compare_over_seeds
from retrace.tools.significance.resplits import compare_over_splits
from retrace.tools.significance.rows import compare_rows
from retrace.tools.significance.verdicts import Comparison, Verdict

__all__ = [
    "ClassComparison",
    "Comparison",
    "Verdict",
    "compare_classes",
    "compare_over_seeds",
    "compare_over_splits",
    "compare_rows",
    "holm",
]
