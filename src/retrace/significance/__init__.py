"""Two sets of predictions in, a verdict out: is the other model better, worse, or can nobody tell."""

from retrace.significance.classes import ClassComparison, compare_classes
from retrace.significance.corrections import holm
from retrace.significance.rows import compare_rows
from retrace.significance.seeds import compare_over_seeds
from retrace.significance.splits import compare_over_splits
from retrace.significance.verdicts import VERDICTS, Comparison

__all__ = [
    "VERDICTS",
    "ClassComparison",
    "Comparison",
    "compare_classes",
    "compare_over_seeds",
    "compare_over_splits",
    "compare_rows",
    "holm",
]
