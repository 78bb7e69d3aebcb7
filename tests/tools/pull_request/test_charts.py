import pytest

from made_runs import labelled
from retrace.tools.pull_request.charts import MOST_PAIRS, confusion
from retrace.tools.repository.predictions import read_rows


@pytest.fixture
def rows(tmp_path):
    def read(**options):
        labelled(**options).to_csv(tmp_path / "rows.csv", index=False)
        return read_rows(tmp_path / "rows.csv", "made")

    return read


def test_a_matrix_shows_what_changed(rows):
    found = confusion(rows(right=0.9), rows(right=0.6))
    assert found.matrix[0][0].count > 80
    assert sum(cell.change for row in found.matrix for cell in row) == 0
    assert found.matrix[0][0].change > 0 > found.matrix[0][1].change
    assert found.compared


def test_alone_nothing_is_said_to_have_changed(rows):
    found = confusion(rows(), None)
    assert {cell.change for row in found.matrix for cell in row} == {None}
    assert not found.compared


def test_of_many_classes_the_largest_changes_are_listed(rows):
    classes = tuple(f"class {code}" for code in range(200))
    found = confusion(rows(n=600, classes=classes, right=0.9), rows(n=600, classes=classes, right=0.3))
    sizes = [abs(pair.cell.change) for pair in found.pairs]
    assert not found.matrix
    assert len(sizes) == MOST_PAIRS < found.n_pairs
    assert sizes == sorted(sizes, reverse=True)
    assert all(pair.true != pair.predicted for pair in found.pairs)
