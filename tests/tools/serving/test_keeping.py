import pandas as pd


def test_rows_are_kept_with_their_answers_where_somebody_asks(serve, rows, tmp_path):
    client = serve(keep=tmp_path / "kept.csv")
    for start in (0, 2):
        client.post("/predict", json={"rows": rows["table"][start : start + 2]})
    kept = pd.read_csv(tmp_path / "kept.csv")
    assert kept["count"].tolist() == [row["count"] for row in rows["table"][:4]]
    assert set(kept["predicted"]) <= {"no", "yes", "maybe"}
