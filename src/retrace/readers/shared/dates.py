"""What looks like a date, in texts and in numbers: so that none becomes a category without a word."""

import re

import numpy as np
import pandas as pd

LOOKED_AT = 1_000  # values that tell whether the others are worth a look
FEW_IN_SAMPLE = 0.05

MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
WAYS = (
    r"\d{4}-\d\d(?:-\d\d)?",  # 2024-01-31
    r"\d{4}/\d\d?/\d\d?",
    r"\d\d?([/.-])\d\d?\1(?:\d\d){1,2}",  # 31.01.2024
    rf"\d\d?[ -]{MONTH}[ -]\d+",
    rf"{MONTH} \d\d?,? \d{{4}}",
    rf"{MONTH}[ -](?:\d\d){{1,2}}",  # Jan-24
)
DATE = re.compile(rf"(?:{'|'.join(WAYS)})(?:[T ]\d\d?:\d\d.*)?", re.IGNORECASE)

FIRST, LAST = 19_000_101, 20_991_231


def are_dates(texts: pd.Series) -> pd.Series:
    """Tell which texts are dates; of many texts, none are where hardly any of a sample is."""
    some = texts.iloc[:: max(1, len(texts) // LOOKED_AT)]
    if some.str.fullmatch(DATE).mean() < FEW_IN_SAMPLE:
        return pd.Series(False, texts.index)
    return texts.str.fullmatch(DATE).astype(bool)


def are_digits_of_dates(values: pd.Series) -> bool:
    """Tell whether all numbers of a column are dates such as 20240131."""
    numbers = values.to_numpy()
    for some in (numbers[:LOOKED_AT], numbers):  # a few first: a column of measurements is told at once
        there = some[~np.isnan(some)] if some.dtype.kind == "f" else some
        if len(some) and not (len(there) and there.min() >= FIRST and there.max() <= LAST):
            return False
    distinct = pd.unique(there[there % 1 == 0].astype(np.int64))
    if len(distinct) < 2 or (there % 1 != 0).any():
        return False
    return bool(pd.to_datetime(distinct.astype(str), format="%Y%m%d", errors="coerce").notna().all())
