"""Figures as text: the same figure is the same bytes, whatever the user's matplotlib is set to."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib
from matplotlib.figure import Figure


@contextmanager
def fixed_style() -> Iterator[None]:
    """Draw as everywhere: a user's own matplotlibrc would change the bytes, as would random ids."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"svg.hashsalt": "retrace", "svg.fonttype": "none"})
        # A name from the data is no formula, whatever dollar signs are in it.
        matplotlib.rcParams["text.parse_math"] = False
        yield


def svg_text(figure: Figure) -> str:
    """Return a figure as SVG, without a date."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()
