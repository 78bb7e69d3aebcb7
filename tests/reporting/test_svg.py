import matplotlib
from matplotlib.figure import Figure

from retrace.reporting.svg import fixed_style, svg_text


def drawn():
    with fixed_style():
        figure = Figure()
        figure.add_subplot().set_title("costs $5 and $6")
        return svg_text(figure)


def test_a_users_own_style_changes_nothing_and_stays():
    before = drawn()
    with matplotlib.rc_context({"font.size": 30, "svg.fonttype": "path"}):
        assert drawn() == before
        assert matplotlib.rcParams["font.size"] == 30
    assert "costs $5 and $6" in before
