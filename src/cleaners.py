"""Cleaning steps of your own, beside the library's: docs/your-own-data.md, "A cleaning step".

from retrace.cleaning.own import cleaner

@cleaner(kind="text")
def lower_case(texts):
    return [text.lower() for text in texts]
"""
