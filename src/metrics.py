"""Metrics of your own, beside the library's: docs/metrics.md, "One of your own".

from retrace.evaluation.own import mean_over_rows

@mean_over_rows(task="regression", better="higher")
def within_5(y, predicted):
    return abs(predicted - y) < 5
"""
