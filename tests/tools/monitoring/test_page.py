from fitted_models import fitted
from made_datasets import mixed_dataset
from retrace.tools.monitoring.drift import Drift
from retrace.tools.monitoring.page import as_lines, as_page

FAR = Drift(column="<size>", effect=0.5, p_value=1e-9)
NEAR = Drift(column="port", effect=0.02, p_value=0.7)


def test_what_drifted_is_named_or_what_comes_nearest():
    assert as_lines([FAR, NEAR], 9) == [
        "drift in 1 of 2 columns, 9 new rows",
        "  <size>: effect 0.50, p 1e-09",
    ]
    assert as_lines([NEAR], 9)[0].startswith("no drift in 1 columns")


def test_a_page_has_all_columns(params):
    source = fitted(params, mixed_dataset(), "gaussian_nb")[0].source
    page = as_page([FAR, NEAR], 9, source, "new.csv")
    assert '<tr class="drifted"><td>&lt;size&gt;</td>' in page
    assert "<td>port</td>" in page
