import pytest

from retrace.core.errors import ModelError
from retrace.tools.export.checking import check_export


@pytest.mark.slow
def test_an_export_that_agrees_passes_and_one_that_does_not_names_a_row(published, monkeypatch):
    with published.at_home():
        assert "rows agree, one by one and together" in check_export("v1.0.0")
        monkeypatch.setattr("retrace.tools.export.parity.TOLERANCE", 0)
        with pytest.raises(ModelError, match=r"would not say what the model says, .*; validation row"):
            check_export("v1.0.0")
