import numpy as np

from retrace.evaluation.formatting import interval_text
from retrace.evaluation.intervals import Interval


def test_an_interval_reads_as_words():
    assert interval_text(Interval(0.97123, 1.0)) == "0.9712 to 1.0000"
    assert interval_text(Interval(0.97123, 1.0), digits=2) == "0.97 to 1.00"


def test_an_interval_that_nothing_varies_is_no_estimate():
    assert interval_text(Interval(np.nan, np.nan)) == "no estimate"
