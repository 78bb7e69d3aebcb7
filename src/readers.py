"""Readers of your own, beside the library's: docs/your-own-data.md, "A reader".

import pandas as pd

from retrace.readers.own import reader

@reader
def logbook(folder):
    return pd.concat([pd.read_json(file, lines=True) for file in sorted(folder.glob("*.jsonl"))])
"""
