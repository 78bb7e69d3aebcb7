"""Stage 2: cache/raw.pkl -> cache/clean.pkl; row-wise, so it may run before the split."""

from functools import partial

from retrace.cleaning.cleaners import clean
from retrace.cleaning.embedding import embed, load_backbone
from retrace.core import artifacts
from retrace.core.errors import run_or_explain
from retrace.core.params import load_params


def main() -> None:
    """Clean the rows, each by itself; let a frozen network make vectors of them where one is named."""
    params = load_params()
    raw = artifacts.load(artifacts.RAW)
    clean_rows = partial(clean, settings=params.preprocess)
    backbone = load_backbone(raw.kind, params.preprocess, params.train)
    dataset = embed(raw, clean_rows, backbone) if backbone else clean_rows(raw)
    artifacts.save(dataset, artifacts.CLEAN)
    print(f"preprocess: {len(dataset)} rows of {dataset.kind} data")


if __name__ == "__main__":
    run_or_explain(main)
