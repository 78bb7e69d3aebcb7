from sklearn.datasets import load_wine

from answers import assert_same
from retrace.tools.prediction.inputs import tables


def test_the_answers_do_not_depend_on_chunks_processes_or_format(
    make_source, ask, examples, wine, monkeypatch
):
    source, expected = make_source("wine", examples, "random_forest", n_estimators=5)
    load_wine(as_frame=True).data.to_parquet(wine.with_suffix(".parquet"))
    monkeypatch.setattr(tables, "MOST", 50)
    monkeypatch.setattr(tables, "FEWEST", 50)
    for path, jobs in ((wine, 1), (wine.with_suffix(".parquet"), 1), (wine, 2)):
        assert_same(ask(source, path, jobs=jobs)[0], expected)
