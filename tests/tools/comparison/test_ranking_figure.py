from retrace.tools.comparison.ranking import Ranking
from retrace.tools.comparison.ranking_figure import draw


def test_runs_stand_the_best_on_top_and_a_line_joins_those_of_a_letter():
    ranking = Ranking(
        metric="accuracy",
        part="test",
        names=["wide", "main", "svm"],
        scores=[0.9, 0.8, 0.7],
        letters=["a", "ab", "b"],
        pairs=[],
    )
    (axes,) = draw(ranking).axes
    runs, *joined = axes.lines
    assert runs.get_xydata().tolist() == [[0.9, 0], [0.8, 1], [0.7, 2]]
    assert [list(line.get_ydata()) for line in joined] == [[0, 1], [1, 2]]
    assert [label.get_text() for label in axes.get_yticklabels()] == ranking.names
    assert axes.get_ylim() == (2.5, -0.5)
