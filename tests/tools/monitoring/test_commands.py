import pandas as pd
import pytest
from sklearn.datasets import load_wine


@pytest.mark.slow
def test_rows_like_those_of_training_do_not_drift_and_others_do(published, wine, tmp_path):
    run = published.retrace("drift", str(wine), "--model", "v1.0.0", check=False)
    assert (run.returncode, run.stdout[:8]) == (0, "no drift"), run.stderr
    table = pd.read_csv(wine)
    table.assign(alcohol=table["alcohol"] + 3).to_csv(tmp_path / "other.csv", index=False)
    page = tmp_path / "drift.html"
    run = published.retrace("drift", str(tmp_path / "other.csv"), "--output", str(page), check=False)
    assert run.returncode == 3
    assert "  alcohol: effect" in run.stdout
    assert 'class="drifted"><td>alcohol' in page.read_text()


@pytest.mark.slow
def test_new_labels_hold_the_model_to_its_promise(published, wine, tmp_path):
    names = load_wine().target_names[load_wine().target]
    table = pd.read_csv(wine).assign(target=names)
    table.to_csv(tmp_path / "new.csv", index=False)
    run = published.retrace("score", str(tmp_path / "new.csv"), "--model", "v1.0.0", check=False)
    assert run.returncode == 0, run.stderr
    assert "promised: `accuracy`" in run.stdout
    table.assign(target=names[::-1]).to_csv(tmp_path / "new.csv", index=False)
    run = published.retrace("score", str(tmp_path / "new.csv"), "--model", "v1.0.0", check=False)
    assert run.returncode == 3
    assert run.stdout.startswith("worse than promised: `accuracy` 0.")
