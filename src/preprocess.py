"""Stage 2: cache/raw.pkl -> cache/clean.pkl; row-wise, so it may run before the split."""

from retrace import artifacts
from retrace.cleaning import clean
from retrace.errors import run_or_explain
from retrace.params import load_params


def main() -> None:
    """Clean the rows, each by itself."""
    params = load_params()
    dataset = clean(artifacts.load(artifacts.RAW), params.preprocess)
    artifacts.save(dataset, artifacts.CLEAN)
    print(f"preprocess: {len(dataset)} rows of {dataset.kind} data")


if __name__ == "__main__":
    run_or_explain(main)
